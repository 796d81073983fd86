import Framing
import HarkenKit
import Protocols
import Recorder
import Recordings
import Settings
import Speech

struct Record: Command {
    private static let token = Option(key: "--token", "KEY", "The same as --key.")
    private static let language = Option(language: "The spoken language, or auto. Default: the gateway's.")
    private static let device = Option("--device", "NAME", "The microphone's number, or a part of its name. Default: the system's.")
    private static let list = Flag("--list-devices", "Lists the microphones, and records nothing.")
    private static let managed = Flag("--managed", "Recognizes live, through the gateway's managed route, instead of in chunks.")
    private static let byok = Option(
        "--byok", "VENDOR", accepts: vendors.formatted(with: "or"), words: vendors,
        "Recognizes live, straight at the vendor, with your own key, such as DEEPGRAM_API_KEY."
    ) { vendors.contains($0) ? $0 : nil }
    private static let disk = Option(
        "--disk", "GIGABYTES", standard: "2", accepts: "a number above 0", "The disk space for waiting audio, in GB; an hour of audio takes 0.12 GB."
    ) { text in Double(text).flatMap { $0 > 0 && $0 <= 100_000 ? $0 : nil } }
    private static let goOn = Option(
        "--go-on-within", "SECONDS", standard: "300", accepts: "a whole number, 0 or more",
        "Continues an interrupted recording of the last SECONDS in the same conversation; 0: never."
    ) { text in Int(text).flatMap { (0...86_400).contains($0) ? $0 : nil } }
    private static let title = Option(
        TitleOption.name, "TITLE", accepts: TitleOption.accepts, "The title of the conversation. Default: a clause of what is said.",
        parse: TitleOption.parse)
    private static let send = Flag("--send", "Sends the audio that waits on the disk, and records nothing.")

    /// Token for a gateway without keys, which accepts any token from its own machine. Texts of the gateway are shown without the token, so the token is
    /// no word.
    private static let noToken = "-"
    private static let vendors = Catalogue.vendors.filter { $0.live != nil }.map(\.name.rawValue)

    static let description = CommandDescription(
        name: "record", summary: "Record the microphone, and have a gateway transcribe the recording.",
        discussion: """
            Audio is written to the disk first. It is sent to the gateway in chunks of 10 to 15 seconds, cut at pauses; chunks without speech are \
            not sent. Without a connection the audio waits on the disk, also over a restart. Ctrl-C ends the recording at once and sends the waiting \
            audio; a second Ctrl-C leaves it for the next run. With --managed or --byok the audio is recognized live, and nothing is kept on the disk.
            """,
        operands: .none,
        options: GatewayAddress.options + [token, language, device, list, managed, byok, disk, goOn, title, send, DataOption.option, Flag.json])

    /// Ctrl-C is the normal end of a recording.
    let isEndedByInterruption = true

    private enum Mode {
        case list
        case chunks(ChunkedRecording)
        case live(LiveRecording)
    }

    private let mode: Mode

    init(_ arguments: Arguments) throws(UsageError) {
        let json = arguments.has(.json)
        guard !arguments.has(Self.list) else {
            mode = .list
            return
        }
        let vendor = try arguments.value(Self.byok)
        if arguments.has(Self.managed), vendor != nil { throw UsageError("--managed and --byok cannot go together; give one of them") }
        if arguments.has(Self.send), arguments.has(Self.managed) || vendor != nil {
            throw UsageError("--send sends recordings in chunks; leave --managed and --byok out")
        }
        let title = try arguments.value(Self.title)
        if title != nil, arguments.has(Self.send) || arguments.has(Self.managed) || vendor != nil {
            throw UsageError("--title is the title of a new conversation; leave --send, --managed and --byok out")
        }
        let gateway = try GatewayAddress(arguments), token = try arguments.value(Self.token)?.text ?? gateway.key
        let language = try arguments.language(Self.language), device = try arguments.value(Self.device)
        if vendor != nil || arguments.has(Self.managed) {
            var settings = RecordingSettings()
            settings.device = device
            settings.model = vendor == "deepgram" || vendor == nil ? settings.model : nil
            settings.language = language?.tag ?? settings.language
            let engine: any HarkenKit.RecordingEngine
            if let vendor {
                let names = vendor.uppercased(), variable = names + "_API_KEY"
                guard let text = arguments.environment[variable], !text.isEmpty else {
                    throw UsageError("--byok \(vendor) needs your key: set \(variable)")
                }
                let key: KeyText
                do throws(KeyText.Flaw) { key = try KeyText(text) } catch { throw UsageError("\(variable) \(error): use \(KeyText.accepted)") }
                let address = arguments.environment[names + "_STREAMING_URL"] ?? arguments.environment[names + "_BASE_URL"]
                engine = BYOKRecording(vendor: vendor, key: key.text, baseURL: address?.trimmingSurroundings, settings: settings)
            } else {
                engine = ManagedRecording(server: gateway.url, token: token ?? Self.noToken, settings: settings)
            }
            mode = .live(LiveRecording(engine: engine, gateway: vendor == nil ? gateway : nil, json: json))
            return
        }
        var settings = ChunkedRecording.Settings(gateway: gateway, folder: try DataOption.path(arguments) + "/recorder")
        settings.token = token
        settings.language = language.map { $0.named?.usual.rawValue ?? "auto" }
        settings.title = title
        settings.device = device
        settings.diskBytes = Int((try arguments.value(Self.disk) ?? 2) * 1_000_000_000)
        settings.goOnWithin = .seconds(try arguments.value(Self.goOn) ?? 300)
        settings.records = !arguments.has(Self.send)
        settings.json = json
        mode = .chunks(ChunkedRecording(settings, environment: arguments.environment))
    }

    func run(_ context: CommandContext) async -> ExitStatus {
        switch mode {
        case .list: listDevices(context)
        case .chunks(let recording): await recording.run(context)
        case .live(let recording): await recording.run(context)
        }
    }

    private func listDevices(_ context: CommandContext) -> ExitStatus {
        do throws(CaptureError) {
            let devices = try Capture.devices()
            guard !devices.isEmpty else { throw CaptureError.noDevice }
            for device in devices {
                context.output.writeLine("\(device.number)  \(TerminalText.safe(device.name))\(device.isDefault ? "  (default)" : "")")
            }
            return .done
        } catch {
            context.printError(Self.description, "\(error)")
            return .failed
        }
    }
}
