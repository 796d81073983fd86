import Audio
import Conversations
import Framing
import HarkenKit
import Net
import Protocols
import Recorder
import Sessions
import Speech
import Vendors

struct Live: Command {
    /// Maximum time for the last words of a file after Ctrl-C. The gateway may be far behind a file, unlike behind a microphone.
    static let lastWords: Duration = .seconds(5)

    /// Protocols that this command can speak with a gateway.
    enum WireProtocol: String, CaseIterable {
        /// Harken's own protocol: words, in a session that waits for a client whose connection broke.
        case harken
        case deepgram
        /// Harken's own protocol: segments of a conversation, with speakers. Audio is sent as Opus.
        case listen
    }

    private static let microphone = Flag("--microphone", "Records from a microphone instead of a FILE; Ctrl-C ends the recording.")
    private static let device = Option("--device", "NAME", "The microphone's number, or a part of its name. Default: the system's.")
    private static let wire = Option(
        "--protocol", "NAME", accepts: "harken, deepgram or listen", words: WireProtocol.allCases.map(\.rawValue),
        """
        The protocol: harken or deepgram for captions, listen for a stored conversation with speakers. With harken, captions go on when the connection \
        breaks or the gateway is restarted. Default: harken, or deepgram with --speed above 1.
        """
    ) { WireProtocol(rawValue: $0) }
    private static let speed = Option(
        "--speed", "N", standard: "1", accepts: "a number above 0, at most 1000", "The speed at which FILE is sent, in seconds of audio per second."
    ) { text in Double(text).flatMap { $0 > 0 && $0 <= 1_000 ? $0 : nil } }
    private static let engine = Option(
        "--engine", "NAMES", accepts: "an engine's name, or several with commas", "The engines to use, in order. Default: the gateway's order."
    ) { text in text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ",-_".contains($0)) } && !text.isEmpty ? text : nil }
    private static let language = Option(language: "The spoken language, or auto. Default: auto.")
    private static let recorded = Option(
        "--at", "TIME", accepts: "a time of the last ten years with its offset, such as 2026-01-31T12:00:00Z, or seconds since 1970",
        "The time at which FILE was recorded, for --protocol listen: the conversation begins then. Default: now."
    ) { try? RecordingStart.read($0, now: .now) }

    private static let title = Option(
        TitleOption.name, "TITLE", accepts: TitleOption.accepts,
        "The title of the conversation, for --protocol listen. Default: a clause of what is said.", parse: TitleOption.parse)

    static let description = CommandDescription(
        name: "live", summary: "Show live captions of a file or a microphone, through a running gateway.",
        discussion: """
            FILE is any audio or video file, or - for standard input; it is streamed as if it were spoken now. On a terminal the last line shows interim words, and \
            final words are printed with their times. Elsewhere only final words are printed. With --json each line is one object of type interim, \
            final, turn_end or end, with times in seconds. With --protocol listen the audio is sent as Opus, and each segment of the conversation is \
            printed with its speaker once it is settled; times count from the conversation's first word. With --json each line is then an object of \
            type segments, removed, speaker, label, conversation or end. Ctrl-C ends the audio, and the final words of what was sent are printed: of a \
            FILE, those that come within 5 seconds. A second Ctrl-C gives up at once.
            """,
        operands: .init(placeholder: "[FILE]", help: "The audio or video file to stream.", count: 0...1),
        options: [microphone, device] + GatewayAddress.options + [wire, speed, engine, language, recorded, title, Flag.json],
        examples: ["harken live talk.wav", "harken live --protocol listen --title Rehearsal talk.wav"])

    private enum ScreenEvent: Sendable {
        case said(GatewayStream.Item)
        case time
    }

    private enum Source { case file(String), microphone }

    private let source: Source
    private let device: String?
    private let gateway: GatewayAddress
    private let wire: WireProtocol
    private let speed: Double
    private let engine: String?
    private let options: StreamOptions
    /// The time at which the file was recorded; nil: now.
    private let started: UnixTime?
    private let title: String?
    private let json: Bool
    /// The microphone; nil: this machine's. Tests set their own.
    var microphone: MicrophoneSource?
    /// Waits for this duration.
    var wait: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    init(_ arguments: Arguments) throws(UsageError) {
        switch (arguments.operands.first, arguments.has(Self.microphone)) {
        case (let file?, false): source = .file(file)
        case (nil, true): source = .microphone
        case (nil, false): throw UsageError("give a FILE, or --microphone")
        case (_?, true): throw UsageError("a FILE and --microphone cannot go together; give one of them")
        }
        device = try arguments.value(Self.device)
        gateway = try GatewayAddress(arguments)
        speed = try arguments.value(Self.speed) ?? 1
        wire = try arguments.value(Self.wire) ?? (speed > 1 ? .deepgram : .harken)
        // A stream that can be resumed keeps its audio until the gateway has stored it.
        if wire == .harken, speed > 1 { throw UsageError("--protocol harken takes a --speed of at most 1") }
        engine = try arguments.value(Self.engine)
        if wire == .listen, let engine, engine.contains(",") { throw UsageError("--protocol listen takes one engine") }
        started = try arguments.value(Self.recorded)
        if started != nil, wire != .listen { throw UsageError("--at is the time of a conversation; give --protocol listen too") }
        if started != nil, case .microphone = source { throw UsageError("--at and --microphone cannot go together: what is recorded now begins now") }
        title = try arguments.value(Self.title)
        if title != nil, wire != .listen { throw UsageError("--title is the title of a conversation; give --protocol listen too") }
        // Not every protocol leaves the language to the engine when none is named: it is asked for in words.
        let language = try arguments.language(Self.language) ?? .detected
        options = StreamOptions(rate: .speech, language: language.tag)
        json = arguments.has(.json)
    }

    /// Ctrl-C is the normal end of a recording with the microphone.
    var isEndedByInterruption: Bool { if case .microphone = source { true } else { false } }

    func run(_ context: CommandContext) async -> ExitStatus {
        if case .file(let path) = source, path != FileFeed.standardInput, let problem = FileIdentity.problem(path: path) {
            context.printError(Self.description, "\(path): \(problem)")
            return .failed
        }
        do {
            return try await stream(context)
        } catch {
            context.printError(Self.description, "\(error)")
            return .failed
        }
    }

    private func stream(_ context: CommandContext) async throws -> ExitStatus {
        if wire == .harken { return try await resumableStream(context) }
        let machine = machine
        guard let target = WebSocketTarget(gateway.url + machine.connection.target + (wire == .deepgram ? engine.map { "&engine=" + $0 } ?? "" : ""))
        else {
            throw FeedError(description: "--url \(gateway.url) cannot be used; give a URL such as http://127.0.0.1:8080")
        }
        let loops = try LoopGroup(count: 1)
        let (events, continuation) = AsyncStream<ScreenEvent>.makeStream()
        let encoder = wire == .listen ? try OpusPacketEncoder(rate: options.rate) : nil
        let connector = VendorConnector(
            loop: loops.next(), client: WebSocketClient(tls: try gateway.tls(), resolver: Resolver()), configuration: connectionLimits)
        let stream = GatewayStream(machine, encoder: encoder, gateway: gateway, connector: connector) { said in
            continuation.yield(.said(said))
            if case .event(.closed) = said { continuation.finish() }
        }
        // Time must be signalled too: a segment settles when no further event changes it.
        let clock = Task { [wire] in
            while wire == .listen, (try? await Task.sleep(for: .milliseconds(500))) != nil { continuation.yield(.time) }
        }
        defer { clock.cancel() }
        // A separate task, which goes on when this one is cancelled, so that all words until the end are shown.
        let captions = Task { await show(events, context) { stream.send(.cancel) } }
        context.detail("connecting to \(gateway.url) with the protocol \(wire.rawValue)")
        stream.connect(to: target, headers: gateway.key == nil ? [:] : machine.connection.headers)
        let problem = await feed(stream, context)
        return finish(await captions.value, problem, context)
    }

    /// Streams over Harken's own protocol, by the kit.
    private func resumableStream(_ context: CommandContext) async throws -> ExitStatus {
        context.detail("connecting to \(gateway.url) with the protocol \(wire.rawValue)")
        // A stream that can be resumed would wait for a gateway that is not there.
        let client = try gateway.client()
        do throws(HTTPClientError) {
            _ = try await client.send(HTTPClientRequest(.get, gateway.httpURL + "/health"))
        } catch {
            client.shutdown()
            throw GatewayError(gateway.explain(error))
        }
        client.shutdown()
        try KitRuntime.start(trusting: gateway.trust())
        var transcription = TranscriptionOptions()
        transcription.language = options.language
        let engines = engine?.split(separator: ",").map { EngineName(String($0)) } ?? []
        let stream = try ResumableStream(
            HarkenKit.Harken(url: gateway.url, key: gateway.key ?? "", engines: engines, options: transcription), rate: options.rate)
        let (events, continuation) = AsyncStream<ScreenEvent>.makeStream()
        // Separate tasks, which go on when this one is cancelled, so that all words until the end are shown.
        Task {
            await stream.run(deliver: { continuation.yield(.said(.event($0))) }, note: { context.note($0) })
            continuation.finish()
        }
        let captions = Task { await show(events, context) { stream.send(.cancel) } }
        let problem = await feed(stream, context)
        return finish(await captions.value, problem, context)
    }

    /// Reports the end of the captions.
    ///
    /// - Parameter problem: the reason why the feed failed; nil: it did not.
    private func finish(_ end: End, _ problem: FeedError?, _ context: CommandContext) -> ExitStatus {
        // A failed feed ends the stream, so the feed's error is the one to report.
        let complaint = problem?.description ?? end.error?.advice
        if json { context.output.write(CaptionPrinter.json(end: complaint)) }
        if complaint == nil, !json, let id = end.conversation {
            // Without the address the commands would look into this machine's own folder.
            context.note("conversation \(id); to read it: harken conversations show \(id) --url \(gateway.url)")
            for label in end.unnamed { context.note("\(label) has no name; to give one: harken people name \"\(label)\" NAME --url \(gateway.url)") }
        }
        if Task.isCancelled, !isEndedByInterruption { return .interrupted }
        guard let complaint else { return .done }
        // The stream was given up because nobody reads the output, so no error is reported.
        if problem != nil || end.error != .cancelled { context.printError(Self.description, complaint) }
        return .failed
    }

    private var machine: any LiveClientMachine {
        let credential = Credential(gateway.key ?? "")
        switch wire {
        case .harken, .deepgram: return DeepgramLiveClient(options, credential: credential)
        case .listen:
            return ListenClient(
                language: options.language, engine: engine.map { EngineName($0) }, started: started, title: title, credential: credential)
        }
    }

    /// Limits of the connection. A gateway that gets audio much faster than it recognises stops reading for a while, and does not answer pings
    /// meanwhile.
    private var connectionLimits: WebSocketConfiguration {
        var limits = WebSocketConfiguration()
        guard speed > 1, case .file = source else { return limits }
        limits.writeTimeout = .seconds(900)
        limits.pingInterval = nil
        return limits
    }

    /// Feeds the stream and asks it to finish. An interruption ends the audio, and the last words are awaited.
    private func feed(_ stream: any AudioSink, _ context: CommandContext) async -> FeedError? {
        let feed: any AudioFeed
        let limit: Duration?
        switch source {
        case .file(let path):
            feed = FileFeed(path: path, speed: speed, note: { context.note($0) })
            limit = Self.lastWords
        case .microphone:
            feed = MicrophoneFeed(device: device, note: { context.note($0) }, microphone: microphone)
            limit = nil
        }
        return await withTaskCancellationHandler {
            do throws(FeedError) {
                try await feed.run(into: stream)
                stream.send(.finish)
                return nil
            } catch {
                stream.send(.cancel)
                return error
            }
        } onCancel: {
            stream.send(.finish)
            guard let limit else { return }
            Task { [wait] in
                try? await wait(limit)
                stream.send(.cancel)
            }
        }
    }

    /// The end of the stream.
    private struct End: Sendable {
        /// The reason; nil when the stream ended in order.
        var error: EngineError?
        /// The last conversation of the stream; nil: there was none.
        var conversation: ID<Conversation>?
        /// Labels of the speakers of that conversation who have no name.
        var unnamed: [String] = []
    }

    /// Prints the stream's events until the end.
    ///
    /// - Parameter unread: called when nobody reads the output.
    private func show(_ events: AsyncStream<ScreenEvent>, _ context: CommandContext, unread: () -> Void) async -> End {
        let output = context.output
        let isTerminal = !json && output.isTerminal
        var captions = CaptionPrinter(json ? .json : .plain, rate: options.rate)
        var segments = SegmentPrinter(json ? .json : .plain)
        var conversation: ID<Conversation>?
        for await item in events {
            if case .said(.listen(.conversation(let id))) = item { conversation = id }
            if isTerminal {
                captions.style = .terminal(columns: output.width)
                segments.style = captions.style
            }
            let text =
                switch item {
                case .said(.event(.closed(let error))): captions.text(for: .closed(error)) + segments.end()
                case .said(.event(let event)): captions.text(for: event)
                case .said(.listen(let events)): segments.text(for: events, now: .now)
                case .time: segments.text(now: .now)
                }
            if !text.isEmpty, !output.write(text) { unread() }
            if case .said(.event(.closed(let error))) = item { return End(error: error, conversation: conversation, unnamed: segments.unnamed) }
        }
        return End(conversation: conversation)
    }
}
