import Glibc
import Net
import Store

/// The sockets that a gateway gets at its start, from a running gateway or from systemd, in place of sockets of its own.
struct InheritedSockets: Sendable {
    /// Purposes of the descriptors that one gateway hands to another.
    enum Purpose {
        static let main = "main"
        static let metrics = "metrics"
        static let claim = "claim"
        static let tokens = "tokens"
    }

    /// Sockets of the address at which the gateway listens.
    private(set) var main: [Int32] = []
    /// Sockets of the address for monitoring; empty when there is none.
    private(set) var metrics: [Int32] = []
    /// Claim of the data directory; nil when the gateway has to claim the directory itself.
    private(set) var claim: Int32?
    /// File with the temporary tokens of the earlier gateway; nil when there is none.
    private(set) var tokens: Int32?
    /// Socket at which the next gateway asks; nil when there is none yet.
    private(set) var handOver: Int32?

    /// First descriptor that systemd passes.
    private static let firstDescriptor: Int32 = 3

    /// Finds the sockets that systemd has opened; nil when there are none for this process (sd_listen_fds(3)).
    init?(environment: [String: String], process: Int32 = getpid()) {
        guard let owner = environment["LISTEN_PID"].flatMap(Int32.init), owner == process,
            let count = environment["LISTEN_FDS"].flatMap(Int32.init), (1...1_000).contains(count)
        else { return nil }
        let names = environment["LISTEN_FDNAMES"].map { $0.split(separator: ":", omittingEmptySubsequences: false).map(String.init) } ?? []
        for number in 0..<count {
            let isForMetrics = Int(number) < names.count && names[Int(number)] == Purpose.metrics
            if isForMetrics { metrics.append(Self.firstDescriptor + number) } else { main.append(Self.firstDescriptor + number) }
        }
        if main.isEmpty { return nil }
    }

    init(_ taken: TakenSockets) {
        for socket in taken.sockets {
            switch socket.purpose {
            case Purpose.main: main.append(socket.descriptor)
            case Purpose.metrics: metrics.append(socket.descriptor)
            case Purpose.claim: claim = socket.descriptor
            case Purpose.tokens: tokens = socket.descriptor
            case HandOverServer.purpose: handOver = socket.descriptor
            // A newer gateway may hand over more than this version knows.
            case _: close(socket.descriptor)
            }
        }
    }

    /// Returns what a gateway hands to the next one.
    static func offered(main: HTTPServer, metrics: HTTPServer?, claim: Int32, tokens: Int32?) -> [HandedSocket] {
        main.sockets.map { HandedSocket(purpose: Purpose.main, descriptor: $0) }
            + (metrics?.sockets ?? []).map { HandedSocket(purpose: Purpose.metrics, descriptor: $0) }
            + [HandedSocket(purpose: Purpose.claim, descriptor: claim)]
            + (tokens.map { [HandedSocket(purpose: Purpose.tokens, descriptor: $0)] } ?? [])
    }
}
