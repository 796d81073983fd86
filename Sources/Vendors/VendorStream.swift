import Framing
import Net
package import Protocols
package import Speech

/// A vendor's live stream on its owner's loop: splits audio into messages of the vendor's size, and ends once.
package final class VendorStream: EngineStream {
    /// The vendor's name of the requested model; nil when the vendor chooses the model.
    package let model: String?
    private let stream: ClientStream
    private let credential: Credential
    private let deliver: (EngineEvent) -> Void
    private let bytesPerFrame: Int
    private let audio: AudioMessages
    private var parting: AudioFramer
    /// Writes the audio as texts; nil where the vendor takes binary messages.
    private var texts: TextAudio?
    private var isClosed = false

    /// Begins to connect.
    ///
    /// - Parameter deliver: called with the stream's events, on the loop and in order; no event comes after `.closed`.
    package init(
        _ service: LiveService, settings: VendorSettings, options: StreamOptions, context: VendorConnector, deliver: @escaping (EngineEvent) -> Void
    ) {
        self.deliver = deliver
        credential = settings.credential
        bytesPerFrame = 2 * options.channels
        audio = service.audio
        parting = AudioFramer(audio, options)
        texts = TextAudio(service.audio.form, from: options.rate)
        let machine = service.connect(options, settings.credential)
        let request = machine.connection
        model = request.model
        stream = ClientStream(machine, connector: context, reportsMessages: options.reportsMessages)
        guard let target = WebSocketTarget((settings.streamingAddress ?? service.address) + request.target) else {
            context.loop.soon { [self] in finish(.badRequest("The address of \(settings.name) cannot be used.")) }
            return
        }
        var headers = request.headers
        headers.set("User-Agent", context.userAgent)
        stream.connect(to: target, headers: headers) { [self] notice in hear(notice) }
    }

    package func send(_ audio: RawSpan) {
        guard stream.isOpen else { return }
        parting.take(audio) { sendMessage($0) }
    }

    private func sendMessage(_ audio: RawSpan) {
        let count = SampleCount(audio.byteCount / bytesPerFrame)
        guard texts != nil else {
            stream.send(binary: audio)
            stream.sent(count)
            return
        }
        let loud = texts?.write(audio) { stream.send(text: $0) }
        stream.sent(count, loud: loud ?? nil)
    }

    package func send(_ command: EngineCommand) {
        guard !isClosed else { return }
        switch command {
        case .finalize: parting.rest { sendMessage($0) }
        case .finish:
            parting.rest { sendMessage($0) }
            texts?.finish { stream.send(text: $0) }
        case .update(let options):
            flush()
            parting.resize(audio, options)
        case .keepAlive, .cancel: break
        }
        // The machine sends the vendor a last message, where the protocol has one.
        stream.command(command)
        if command == .cancel { finish(.cancelled) }
    }

    package func flush() {
        guard !isClosed else { return }
        parting.flush { sendMessage($0) }
    }

    private func hear(_ notice: ClientStream.Notice) {
        guard !isClosed else { return }
        switch notice {
        // No engine speaks the protocol of `/listen`.
        case .opened, .listen, .resumable: break
        case .event(.closed(let error)): finish(error)
        case .event(let event): deliver(event)
        case .failed(.unsendable(let field)): finish(.unavailable("The request to the engine cannot be sent: \(field)."))
        case .failed(let error):
            // The machine knows more, as a rule.
            stream.rejected(error)
            let words = if case .rejected = error { "The engine refused the connection." } else { "The engine cannot be reached." }
            finish(.unavailable(words))
        case .closed: finish(.unavailable("The connection to the engine broke."))
        }
    }

    /// Delivers the last event, once.
    private func finish(_ error: EngineError?) {
        guard !isClosed else { return }
        isClosed = true
        stream.close()
        deliver(.closed(error?.without(credential)))
    }
}
