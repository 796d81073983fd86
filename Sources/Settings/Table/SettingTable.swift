/// All settings of a gateway, in the order of the reference.
package enum SettingTable {
    package static let all: [SettingDescription] =
        server + access + live + engines + vendors + background + recordings + conversations + spending + storage
        + monitoring

    private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

    /// Returns the setting with this name; nil when there is none.
    package static subscript(name: String) -> SettingDescription? { byName[name] }

    private static let server: [SettingDescription] = [
        .init("HARKEN_LISTEN", .server, "127.0.0.1:8080", "Address and port to listen on. Port 0 picks a free port. Option: `--listen`."),
        .init("HARKEN_DATA", .server, "~/.local/share/harken", "The data directory. Option: `--data`."),
        .init("HARKEN_LOG", .server, "info", "The lowest level that is logged: `debug`, `info`, `warning` or `error`. Option: `--log`."),
        .init(
            "HARKEN_LOG_FORMAT", .server, nil,
            "Form of the log: `text` or `json` (one object in each line). Default: `text` on a terminal, otherwise `json`."),
        .init(
            "HARKEN_TLS_CERT", .server, nil,
            "Certificate chain (PEM). Serves `https` and `wss`, with TLS 1.3 and 1.2 (ECDHE with AES-GCM or ChaCha20). Option: `--tls-cert`."),
        .init("HARKEN_TLS_KEY", .server, nil, "The certificate's private key (PEM). Option: `--tls-key`."),
        .init(
            "HARKEN_DRAIN_SECONDS", .server, "30",
            "The longest time that open live sessions go on after SIGTERM, 0 to 3600; 0: until they end. Option: `--drain-seconds`."),
        .init("HARKEN_LOOPS", .server, nil, "Number of event loops, 1 to 64. Default: one for each processor."),
        .init(
            "HARKEN_MAX_CONNECTIONS", .server, "10000",
            """
            Open connections; see [Connections](operating.md#connections). If the process may not open enough files (`LimitNOFILE=`, `ulimit -Hn`), \
            fewer live sessions are taken, and the start warns; see [Open files](operating.md#open-files).
            """),
        .init(
            "HARKEN_MAX_CONNECTIONS_PER_ADDRESS", .server, "64",
            """
            Connections without a valid key of one IPv4 address, or of one IPv6 network of 64 bits; one more gets 503. There is no limit for this \
            machine. 0: no limit for any address.
            """),
        .init("HARKEN_COMPRESSION", .server, "false", "permessage-deflate for WebSockets; costs about 300 KB for each connection."),
    ]

    private static let access: [SettingDescription] = [
        .init(
            "HARKEN_OIDC_ISSUER", .access, nil,
            "Accepts tokens of this identity provider; see [Users of an identity provider](operating.md#users-of-an-identity-provider)."),
        .init("HARKEN_OIDC_AUDIENCE", .access, nil, "The audiences of which a token must name one, with commas."),
        .init("HARKEN_OIDC_JWKS_URL", .access, nil, "Address of the issuer's keys. Default: the address that the issuer publishes."),
        .init(
            "HARKEN_CORS_ORIGINS", .access, nil,
            "Origins of web pages that may call the gateway, with commas; callers still need their keys. Default: all."),
        .init(
            "HARKEN_TRUSTED_PROXIES", .access, nil,
            """
            Reverse proxies (addresses and CIDR networks) whose `X-Forwarded-For`, `Forwarded` and `X-Forwarded-Proto` the gateway trusts; see \
            [Behind a proxy](operating.md#behind-a-proxy).
            """),
        .init(
            "HARKEN_ALLOW_PLAIN_TOKENS", .access, "false",
            "Clients of the managed protocol on other machines may connect without TLS. For a gateway behind a proxy that does TLS."),
        .init(
            "HARKEN_WRONG_KEY_SECONDS", .access, "1",
            "Delay of the refusal of a wrong key, after the first ten of its address in a minute, 0.1 to 10. 0: no delay."),
        .init(
            "HARKEN_CREDIT_WARNINGS", .access, "300,60,10",
            "Remaining seconds of credit at which clients are warned, where their protocol has such a warning."),
    ]

    private static let live: [SettingDescription] = [
        .init(
            "HARKEN_MODE", .live, "failover",
            """
            Mode of live sessions that do not choose one, which decides how many engines hear them: `failover`, `hedged`, `ensemble` or `shadow`; see \
            [Modes](operating.md#modes).
            """),
        .init(
            "HARKEN_VOTE_SECONDS", .live, "1.5",
            "How long a final of one engine may wait for the other engines in `hedged` and `ensemble`, 0.1 to 10."),
        .init(
            "HARKEN_MODE_SHARE", .live, "100",
            "Percentage of users whose sessions get `HARKEN_MODE`, the same users at every start; the others get `failover`."),
        .init("HARKEN_MODE_USERS", .live, nil, "Users, by id and with commas, whose sessions get `HARKEN_MODE` whatever the percentage is."),
        .init("HARKEN_SHADOW_SHARE", .live, "0.1", "Share of sessions that get a shadow in mode `shadow`, 0 to 1."),
        .init(
            "HARKEN_STALL_SECONDS", .live, "3",
            "How long a vendor's stream may answer nothing to speech before another engine takes over, 0.5 to 60. 0: no limit."),
        .init(
            "HARKEN_REPAIR_SECONDS", .live, "4",
            """
            Time for repairing the audio that a failed stream left, before the client is told of a gap, 0.5 to 60. 0: no repair; the next engine gets \
            the audio at its own pace.
            """),
        .init(
            "HARKEN_MAX_SESSION_SECONDS", .live, "14400",
            """
            Seconds that a session of the managed protocol, of `/listen` (closed with 1001, `session_limit`) or of push-to-talk (at most 120) may last. \
            Sessions of a vendor's protocol have the vendor's limit.
            """),
        .init(
            "HARKEN_MAX_SESSIONS_PER_USER", .live, "100",
            "Live sessions of one user at the same time. 0: no limit. Sessions on a gateway without keys do not count."),
        .init(
            "HARKEN_GATE", .live, "on",
            """
            Silence gate of the `/listen` routes, which sends engines only speech: `on`, `off`, or `shadow` (count, but send everything). A client's \
            `vad_gate` overrides it. See [The silence gate](operating.md#the-silence-gate).
            """),
        .init(
            "HARKEN_GATE_THRESHOLD", .live, "0.65", "Probability from which the gate takes audio for speech, 0.05 to 0.95; lower it for whispering."),
        .init(
            "HARKEN_GATE_HANGOVER_SECONDS", .live, "4",
            """
            Silence after speech that the gate still sends, 0.3 to 60. Below 4, the end-of-turn model judges each pause; after a turn that it does not \
            call complete, the gate sends 4 s.
            """),
        .init(
            "HARKEN_PROFILE_FIRST", .live, "false",
            """
            `true`: an engine that tells speakers apart hears 10 s of the user's speech profile before it takes over a `/listen` session, and so \
            recognizes the user. For installations without a voice model. The vendor may charge 15 s more; the user is not charged.
            """),
    ]
}
