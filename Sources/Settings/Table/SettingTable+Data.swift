internal import Tracing

extension SettingTable {
    static let recordings: [SettingDescription] = [
        .init(
            "HARKEN_RECORDING_BYTES", .recordings, "0",
            """
            Bytes of the largest recording; a larger one gets 413 (Soniox's protocol: 400). 0: Deepgram's and OpenAI's protocols accept 2 GB, \
            AssemblyAI's 2.2 GB, Soniox's 1 GiB.
            """),
        .init(
            "HARKEN_MODEL_ALIASES", .recordings, "*=local",
            """
            Engines for models that OpenAI's clients name and that no engine here has: `NAME=ENGINE` entries with commas, `*` for every other name, \
            or `none`, which refuses unknown names. The log notes each use.
            """),
        .init(
            "HARKEN_RECORDING_HOURS", .recordings, "24",
            "Hours of audio in the longest recording, however small its file is; a longer one gets 4xx, or its job fails. 0: no limit."),
        .init("HARKEN_FETCH_URLS", .recordings, "true", "Requests may name a recording by its URL. Private addresses are never fetched."),
        .init("HARKEN_UPLOADS_PER_KEY", .recordings, "32", "Recordings that one key may send at the same time; one more gets 429."),
        .init(
            "HARKEN_UPLOAD_BYTES", .recordings, "68719476736",
            """
            Disk for uploads that wait to be recognized (AssemblyAI's `/v2/upload`) and files of Soniox's `/v1/files`, which get at most half of it; \
            beyond it uploads get 503.
            """),
        .init(
            "HARKEN_USER_UPLOAD_BYTES", .recordings, "17179869184",
            "Disk for one user's uploads that wait to be recognized, and files of `/v1/files`."),
        .init(
            "HARKEN_SPOOL_BYTES", .recordings, "68719476736",
            """
            Disk for recordings that are being received or recognized, of all users. Beyond it uploads get 503. An upload's `Content-Length` counts \
            from its beginning.
            """),
        .init("HARKEN_USER_SPOOL_BYTES", .recordings, "17179869184", "Disk for one user's recordings that are being received or recognized."),
    ]

    static let conversations: [SettingDescription] = [
        .init(
            "HARKEN_AUDIO_DAYS", .conversations, "30",
            """
            Days that the audio of conversations is kept, as Opus (11 MB an hour). A user's setting `audio_days` (`PATCH /api/v1/users/me/settings`) \
            overrides it. 0: no audio is kept for any user. A user's 0: no audio of that user is written.
            """),
        .init(
            "HARKEN_VOICE_DAYS", .conversations, "365",
            "Days after which a voice without a name that was not heard any more is deleted, with its voiceprint. What it said stays."),
        .init(
            "HARKEN_DELETED_DAYS", .conversations, "7",
            """
            Days for which a deleted conversation can be restored, from its deletion. 0: a deletion is for good. `harken conversations delete` on a data \
            directory reads it from the environment. See [What is deleted](conversations.md#what-is-deleted).
            """),
        .init(
            "HARKEN_TIME_ZONE", .conversations, nil,
            """
            Time zone of users who have not set their own (`time_zone` of `PATCH /api/v1/users/me/settings`), by its IANA name such as \
            `Europe/Berlin`. Default: the machine's, from `TZ` or `/etc/localtime`. The commands of Harken read it from the environment. See \
            [Time zones](conversations.md#time-zones).
            """),
        .init(
            "HARKEN_LLM_BASE_URL", .conversations, nil,
            """
            A server of OpenAI's chat completions (`https://HOST/v1`, `http://127.0.0.1:11434/v1`) for titles and summaries; it gets at most 24,000 \
            characters of a conversation. See [Titles and summaries](conversations.md#titles-and-summaries).
            """),
        .init("HARKEN_LLM_MODEL", .conversations, nil, "The model of that server."),
        .init("HARKEN_LLM_API_KEY", .conversations, nil, "The key of that server, if it needs one.", isSecret: true),
        .init(
            "HARKEN_WEBHOOK_ADDRESSES", .conversations, nil,
            """
            Private IP addresses with commas to which [users' webhooks](webhooks.md) may send, in addition to public ones. Each user may then send \
            requests to every port of these machines.
            """),
        .init("HARKEN_LLM_SECONDS", .conversations, "20", "The time limit of one summary, 1 to 120 seconds."),
    ]

    static let spending: [SettingDescription] = [
        .init(
            "HARKEN_USER_DAY_SECONDS", .spending, "0",
            """
            Seconds of audio that engines may charge to the operator for one user on a UTC day. At the limit nothing more is recognized, and open \
            sessions end within 2 s. 0: no limit.
            """),
        .init("HARKEN_KEY_DAY_SECONDS", .spending, "0", "The same for one key. 0: no limit."),
        .init(
            "HARKEN_USER_MONTH_USD", .spending, "0",
            "Dollars that the operator pays for one user in a UTC month. At the limit only free engines are used. 0: no limit."),
        .init("HARKEN_KEY_MONTH_USD", .spending, "0", "The same for one key. 0: no limit."),
    ]

    static let storage: [SettingDescription] = [
        .init(
            "HARKEN_JOURNAL_BYTES", .storage, "8589934592",
            "Disk for the journals, shared equally by the event loops; a minute of 16 kHz audio takes 1.9 MB."),
        .init(
            "HARKEN_FSYNC", .storage, "group=200ms",
            """
            When the audio and words of live sessions reach the disk: `group=…ms`, `always` or `never`. `never` holds for the SQLite database too; see \
            [Power cuts](operating.md#power-cuts). Option: `--fsync`.
            """),
        .init(
            "HARKEN_FREE_DISK_BYTES", .storage, nil,
            """
            Disk that uploads leave free, for live sessions and the database; below it uploads get 503. Default: 5 % of the disk, at most 1 GiB.
            """),
        .init("HARKEN_TRANSCRIPT_DAYS", .storage, "30", "Days that live sessions' transcripts are kept."),
        .init("HARKEN_TRANSCRIPT_COUNT", .storage, "100000", "Number of live sessions' transcripts that are kept. Beyond it the oldest are deleted."),
        .init("HARKEN_TRANSCRIPT_BYTES", .storage, "4294967296", "Disk for live sessions' transcripts. Beyond it the oldest are deleted."),
        .init(
            "HARKEN_DATABASE_URL", .storage, nil,
            """
            PostgreSQL database in place of the SQLite database in the data directory: `postgres://USER:PASSWORD@HOST/NAME`, with libpq's parameters \
            such as `?sslmode=verify-full`; see [PostgreSQL](operating.md#postgresql). The commands of Harken read it from the environment.
            """, isSecret: true),
        .init(
            "HARKEN_BLOBS", .storage, nil,
            """
            Bucket for audio, uploads and transcripts in place of the data directory: `s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION`; without \
            an endpoint, Amazon S3. See [Object storage](operating.md#object-storage). The commands of Harken read it from the environment.
            """),
        .init("AWS_ACCESS_KEY_ID", .storage, nil, "Name of the key with which `HARKEN_BLOBS` is used."),
        .init("AWS_SECRET_ACCESS_KEY", .storage, nil, "Secret of that key.", isSecret: true),
        .init("AWS_SESSION_TOKEN", .storage, nil, "Token of a key for some hours.", isSecret: true),
        .init("AWS_REGION", .storage, "us-east-1", "Region of a `HARKEN_BLOBS` that names none. `AWS_DEFAULT_REGION` is read too."),
        .init("AWS_ENDPOINT_URL_S3", .storage, nil, "Endpoint of a `HARKEN_BLOBS` that names none. `AWS_ENDPOINT_URL` is read too."),
        .init("AWS_DEFAULT_REGION", .storage, nil, "Like `AWS_REGION`, which wins."),
        .init("AWS_ENDPOINT_URL", .storage, nil, "Like `AWS_ENDPOINT_URL_S3`, which wins."),
    ]

    static let monitoring: [SettingDescription] =
        [
            .init(
                "HARKEN_METRICS_LISTEN", .monitoring, nil,
                """
                Address and port for `/metrics`, `/ready` and `/health`, in plain HTTP. `HARKEN_LISTEN` then does not serve `/metrics` and `/ready`.
                """),
            .init(
                "HARKEN_METRICS_KEY", .monitoring, "false",
                "`/metrics` and `/ready` need a key once keys exist; a key with scopes needs `read`."),
        ]
        + TraceSettings.names.sorted().map { name in
            let meaning =
                name == "OTEL_EXPORTER_OTLP_ENDPOINT"
                ? "Address of the OpenTelemetry collector that gets the traces; see [Traces](operating.md#traces)."
                : "As OpenTelemetry defines it; see [Traces](operating.md#traces)."
            return SettingDescription(name, .monitoring, nil, meaning, isSecret: name.hasSuffix("_HEADERS"))
        }
}
