internal import Protocols
internal import Speech

extension SettingTable {
    static let engines: [SettingDescription] = [
        .init(
            "HARKEN_ENGINES", .engines, nil,
            "Engines for live audio, in order of preference, with commas. Default: every vendor with a key, then `local`."),
        .init("HARKEN_MODELS", .engines, "~/.cache/harken/models-v1", "Directory of the local models."),
        .init(
            "HARKEN_KEEP_ALIVE", .engines, "0",
            """
            Time after which idle local models leave the memory, such as `5m`; the first request loads them, and waits for some seconds. 0: the models \
            of recognition are loaded at the start, and all stay; see [Memory](operating.md#memory).
            """),
        .init(
            "HARKEN_REDACT", .engines, nil,
            """
            What is hidden in all texts, whatever clients ask for: names with commas, such as `pci,social_security_number`; see \
            [Redaction](redaction.md).
            """),
        .init("HARKEN_REDACT_USERS", .engines, nil, "Users for whom `HARKEN_REDACT` holds: their ids, with commas. Default: all."),
        .init(
            "HARKEN_PROFANITY", .engines, nil,
            """
            Words of any language that profanity filters hide too, with commas; `word*` hides all words that begin so; see \
            [Written forms](written-forms.md).
            """),
        .init(
            "HARKEN_KEY_TERMS", .engines, "true",
            "The local engine writes key terms where they sound like what it heard; see [Key terms](key-terms.md)."),
        .init(
            "HARKEN_LOCAL_MODELS", .engines, "en=moonshine-base,*=whisper-base",
            "The local engine's model for each language, `*` for all others; a language without a model is refused. See [Languages](languages.md)."),
        .init(
            "HARKEN_LANGUAGES", .engines, nil,
            "Languages that speech may turn out to be when the client names none, with commas, such as `nl,en,ru`. Default: all."),
        .init("HARKEN_CACHE", .engines, nil, "Directory of everything that set-up fetches. Default: `~/.cache/harken`."),
        .init(
            "HARKEN_PRICES", .engines, nil,
            """
            A file with the engines' prices, in place of the built-in ones. Default: `harken.prices` in the folder of the settings file, if it is \
            there. `harken prices` shows and checks prices; see [Prices](background.md#prices).
            """),
    ]

    /// The settings that every vendor has, and those of single vendors.
    static let vendors: [SettingDescription] = Catalogue.vendors.flatMap { ofVendor($0) }

    private static func ofVendor(_ vendor: Vendor) -> [SettingDescription] {
        let prefix = vendor.variablePrefix, title = titles[vendor.name.rawValue] ?? vendor.name.rawValue
        let uses = [vendor.live.flatMap { $0.isOptional ? nil : "live audio" }, vendor.prerecorded.map { _ in "recordings" }].compactMap(\.self)
        var rows = [
            SettingDescription(
                vendor.name.keyVariable, .vendors, nil, "The key of \(title). It makes \(title) an engine for \(uses.joined(separator: " and ")).",
                isSecret: true)
        ]
        let address = prefix + "_BASE_URL"
        if vendor.prerecorded != nil {
            let isShared = vendor.live != nil && vendor.streamingVariable == address
            rows.append(.init(address, .vendors, nil, "Address for \(isShared ? "live audio and recordings" : "recordings"). Default: the vendor's."))
        }
        if vendor.live != nil {
            if vendor.streamingVariable != address || vendor.prerecorded == nil {
                rows.append(.init(vendor.streamingVariable, .vendors, nil, "Address for live audio: `wss://HOST`. Default: the vendor's."))
            }
            rows.append(
                .init(
                    prefix + "_SESSION_CAP_SECONDS", .vendors, vendor.live?.capabilities.sessionCap.map { "\($0.components.seconds)" } ?? "0",
                    """
                    Seconds that the vendor lets one live stream last, 120 to 604800. 0: no limit. A session changes to a new stream in a silence, at \
                    the latest a minute before.
                    """))
            rows.append(
                .init(
                    prefix + "_PACE", .vendors, vendor.live?.capabilities.pace.map(number),
                    """
                    How many times faster than real time the vendor takes live audio, 1 to 100. A server of your own at the address above may take \
                    more than the vendor's: then audio that has waited catches up sooner.
                    """))
        }
        if vendor.prerecorded?.recognizesSegments == true {
            rows.append(
                .init(
                    prefix + "_LIVE", .vendors, LiveAudio.off.rawValue,
                    """
                    How the server also recognizes live audio. `realtime`: over OpenAI's realtime protocol; see \
                    [Live audio from OpenAI](operating.md#live-audio-from-openai). `recordings` (or `true`): segment by segment, with the voice detector \
                    of the local models. Each interim is then a request, which a vendor charges for; see \
                    [Servers for recordings](operating.md#live-audio-from-a-server-for-recordings). `off` (or `false`): not at all.
                    """))
            if let model = vendor.live?.capabilities.models.first {
                rows.append(
                    .init(
                        prefix + "_LIVE_MODEL", .vendors, model,
                        "Model for live audio over the realtime protocol, for callers who name none of the vendor's models."))
            }
            rows.append(
                .init(prefix + "_INTERIM_SECONDS", .vendors, "1", "Seconds between two interims of live audio in segments, 0.2 to 60."))
        }
        return rows + (special[vendor.name.rawValue] ?? [])
    }

    /// Returns a number as people write it: `1`, `1.25`.
    private static func number(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }

    private static let titles = [
        "assemblyai": "AssemblyAI", "deepgram": "Deepgram", "soniox": "Soniox", "speechmatics": "Speechmatics",
        "openai": "an OpenAI-compatible server",
    ]

    private static let special: [String: [SettingDescription]] = [
        "assemblyai": [
            .init(
                "ASSEMBLYAI_STT_MODEL", .vendors, nil, "Model for recordings of callers who do not name an AssemblyAI model. Default: the vendor's."),
            .init("ASSEMBLYAI_POLL_INTERVAL_SECONDS", .vendors, "3", "Interval at which the gateway asks AssemblyAI for a result."),
            .init("ASSEMBLYAI_MAX_POLL_SECONDS", .vendors, "900", "The longest time that the gateway waits for one recording."),
        ],
        "speechmatics": [
            .init(
                "SPEECHMATICS_LIVE_MODEL", .vendors, SpeechmaticsLiveClient.model,
                """
                Model for live audio of callers who name none of Speechmatics' models. With `linden-1` the gateway asks Agent STT, whose words have no \
                times of their own; Agent STT takes one channel of 8 or 16 kHz, and other streams go to the real-time API.
                """)
        ],
        "openai": [
            .init("OPENAI_STT_MODEL", .vendors, "whisper-1", "Model for callers who do not name a model of that server.")
        ],
    ]

    static let background: [SettingDescription] = [
        .init("ASSEMBLYAI_BACKGROUND_STT_ENABLED", .background, "false", "AssemblyAI recognizes [background work](background.md)."),
        .init("ASSEMBLYAI_PRERECORDED_STT_ENABLED", .background, "false", "Another name of `ASSEMBLYAI_BACKGROUND_STT_ENABLED`."),
        .init(
            "ASSEMBLYAI_BACKGROUND_STT_WORKLOADS", .background, "sync,background,postprocess", "Workloads that AssemblyAI recognizes, or `none`."),
        .init(
            "ASSEMBLYAI_PRERECORDED_STT_WORKLOADS", .background, "sync,background,postprocess",
            "Another name of `ASSEMBLYAI_BACKGROUND_STT_WORKLOADS`."),
        .init(
            "ASSEMBLYAI_BACKGROUND_STT_SHARE", .background, "100",
            "Percentage of users whose recordings AssemblyAI recognizes, the same users at every start."),
        .init(
            "ASSEMBLYAI_BACKGROUND_STT_USERS", .background, nil,
            "Users, by id and with commas, whose recordings AssemblyAI recognizes whatever the percentage is."),
        .init(
            "ASSEMBLYAI_BACKGROUND_PROVIDER_MODE", .background, "assemblyai",
            "Engine of the workload `background`: `assemblyai`, `deepgram`, or `shadow_only` (Deepgram serves, AssemblyAI is only compared)."),
        .init(
            "ASSEMBLYAI_PRERECORDED_STT_FALLBACK_ENABLED", .background, "false",
            "Deepgram takes over when AssemblyAI has failed, with keys of the same payer."),
        .init(
            "ASSEMBLYAI_PRERECORDED_STT_FALLBACK_WORKLOADS", .background, "sync,background,postprocess",
            "Workloads for which Deepgram may take over, or `none`."),
        .init(
            "ASSEMBLYAI_SMOKE_AUDIO_URL", .background, nil,
            "For tests only: see [Checking an installation](background.md#checking-an-installation)."),
        .init("RATE_LIMIT_BOOST", .background, "1", "Factor for the limits of [background routes](background.md#endpoints)."),
        .init("RATE_LIMIT_BOOST_EXEMPT", .background, nil, "The policies that `RATE_LIMIT_BOOST` does not change, with commas."),
        .init("RATE_LIMIT_SHADOW_MODE", .background, "false", "`true`: requests over these limits are not refused."),
    ]
}
