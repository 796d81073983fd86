package import Continuity
import Framing
package import Net
package import Protocols
package import Speech
import Vendors

/// A gateway, spoken to in its own protocol: `/listen` with words.
package struct GatewayService: ResumableService {
    private let address: String
    private let engines: [EngineName]
    private let credential: Credential
    private let client: WebSocketClient

    /// - Parameters:
    ///   - address: `ws://HOST[:PORT]` or `wss://…`, without a slash at its end.
    ///   - engines: the only engines that may serve, in order; empty leaves the choice to the gateway.
    package init(address: String, engines: [EngineName] = [], credential: Credential, client: WebSocketClient) {
        self.address = address
        self.engines = engines
        self.credential = credential
        self.client = client
    }

    package func connect(
        _ options: StreamOptions, resuming point: Reconnection.Point?, continuing earlier: String?, on loop: Loop,
        deliver: @escaping (ResumableEvent) -> Void
    ) -> any ResumableLink {
        let resume = point.map { LiveResume(session: ID($0.session), start: $0.start, seen: $0.seen) }
        let machine = ListenWordsClient(
            options, engines: engines, resuming: resume, continuing: earlier.map { ID<Session>($0) }, credential: credential)
        let connector = VendorConnector(loop: loop, client: client, configuration: WebSocketConfiguration())
        return GatewayLink(machine, address: address, options: options, connector: connector, deliver: deliver)
    }
}

/// One connection to a gateway.
private final class GatewayLink: ResumableLink {
    private let stream: ClientStream
    private let bytesPerFrame: Int
    private var framer: AudioFramer
    private let deliver: (ResumableEvent) -> Void
    private var isOver = false

    init(
        _ machine: ListenWordsClient, address: String, options: StreamOptions, connector: VendorConnector,
        deliver: @escaping (ResumableEvent) -> Void
    ) {
        self.deliver = deliver
        bytesPerFrame = 2 * options.channels
        framer = AudioFramer(AudioMessages(), options)
        stream = ClientStream(machine, connector: connector)
        let request = machine.connection
        guard let target = WebSocketTarget(address + request.target) else {
            connector.loop.soon { [self] in tell(.closed(.badRequest("The address of the gateway cannot be used."))) }
            return
        }
        stream.connect(to: target, headers: request.headers) { [self] notice in hear(notice) }
    }

    func send(_ audio: RawSpan) {
        guard stream.isOpen else { return }
        framer.take(audio) { message($0) }
    }

    func send(_ command: EngineCommand) {
        switch command {
        case .finalize, .finish: framer.rest { message($0) }
        case .update(let options): framer.resize(AudioMessages(), options)
        case .keepAlive, .cancel: break
        }
        stream.command(command)
        if command == .cancel {
            isOver = true
            stream.close()
        }
    }

    func saw(_ number: Int) { stream.send(text: ListenWordsClient.seen(number).span.bytes) }

    private func message(_ audio: RawSpan) {
        stream.send(binary: audio)
        stream.sent(SampleCount(audio.byteCount / bytesPerFrame))
    }

    private func hear(_ notice: ClientStream.Notice) {
        switch notice {
        case .opened, .event, .listen: break
        case .resumable(let event): tell(event)
        // The next connection would fail too.
        case .failed(.unsendable(let field)): tell(.closed(.badRequest("The request to the gateway cannot be sent: \(field).")))
        case .failed(let error):
            // The machine knows what it means.
            stream.rejected(error)
            tell(.broken)
        case .closed: tell(.broken)
        }
    }

    private func tell(_ event: ResumableEvent) {
        guard !isOver else { return }
        switch event {
        case .expired, .closed, .broken: isOver = true
        case .began, .resumed, .durable, .said: break
        }
        deliver(event)
    }
}
