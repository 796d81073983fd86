import Speech
internal import Framing

/// One client's connection to an HTTP server, until it is closed or becomes a WebSocket. Requests are answered one after the other.
final class HTTPServerConnection: ConnectionHandler, ServedConnection {
    private enum Phase {
        case head  // → body, lingering
        case body  // → answering, bodyFailed, head, lingering
        case bodyFailed  // the rest of the body is not read → lingering
        case answering  // body complete → head, lingering, upgraded
        case lingering  // answered; input is dropped → closed
        case upgraded
        case closed
    }
    private enum Expiry { case head, idle, body, halfClose, linger }

    let loop: Loop
    private let connection: Connection
    private let id: Int
    private let server: HTTPServer
    private let worker: HTTPServerWorker
    private var configuration: HTTPServerConfiguration { server.configuration }

    private var phase = Phase.head
    private var parser: HTTPRequestParser
    private var exchange: HTTPExchange?
    /// True if the connection ends after the present answer.
    var closesAfterAnswer = false
    private var sentContinue = false
    private(set) var hasInputEnded = false
    private var lingeredByteCount = 0

    /// Time for one client's requests before the loop continues with its other connections.
    private static let turnTime: Duration = .milliseconds(2)
    private var isTurnOver = false
    private var goesOnSoon = false
    /// Received bytes that are not parsed yet, because the previous request is not answered or its reader paused.
    private var leftover: [UInt8] = []
    /// The bytes that are being parsed; empty at other times.
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    private var offset = 0
    private var isConsuming = false

    private var timer: Loop.Timer?
    private var expiry = Expiry.head
    private var lastInput: Instant
    private var bodyRate: BodyRate?

    init(_ connection: Connection, _ id: Int, _ server: HTTPServer, _ worker: HTTPServerWorker) {
        self.connection = connection
        self.id = id
        self.server = server
        self.worker = worker
        loop = connection.loop
        lastInput = loop.now
        parser = HTTPRequestParser(limits: server.configuration.limits)
    }

    var peer: SocketAddress { connection.peer }
    var isSecure: Bool { connection.isSecure }
    var bufferedByteCount: Int { connection.bufferedByteCount }
    var share: UnauthenticatedShare? { connection.share }

    /// Records that the client has shown a valid credential.
    func markAuthenticated() {
        connection.endCounting()
    }

    func start() {
        connection.outputLowMark = configuration.outputLowMark
        connection.writeTimeout = configuration.writeTimeout
        connection.attach(self)
        arm(.head, configuration.headTimeout)
    }

    // MARK: Input

    func received(_ bytes: UnsafeMutableRawBufferPointer) {
        lastInput = loop.now
        if phase == .lingering {
            lingeredByteCount += bytes.count
            if lingeredByteCount > configuration.lingerByteCount { close() }
            return
        }
        bodyRate?.received(bytes.count)
        if leftover.isEmpty {
            leftover = consume(UnsafeRawBufferPointer(bytes))
        } else {
            leftover.append(contentsOf: bytes)
            consumeLeftover()
        }
        consumed()
    }

    /// Handles the bytes that a turn left over: parses them in the next turn, slows their sender down, and counts them.
    private func consumed() {
        if isTurnOver, !leftover.isEmpty { consumeLeftoverSoon() }
        throttle()
        countInput()
    }

    /// Reports how much of an unauthenticated client's input is kept.
    private func countInput() {
        connection.share?.hold(input: leftover.capacity + parser.keptByteCount)
    }

    private func consumeLeftover() {
        let bytes = leftover
        leftover = []
        leftover = bytes.withUnsafeBytes { consume($0) }
    }

    private func consumeLeftoverSoon() {
        // Runs at most once in a turn of the loop, even when it is requested several times.
        guard !isConsuming, !goesOnSoon else { return }
        goesOnSoon = true
        loop.soon { [self] in
            goesOnSoon = false
            guard !isConsuming, phase != .closed, phase != .lingering, phase != .upgraded else { return }
            consumeLeftover()
            consumed()
        }
    }

    /// Lets the kernel slow down a client that sends without waiting for answers.
    private func throttle() {
        guard phase != .upgraded, phase != .closed else { return }
        if leftover.count >= 64 * 1024 { connection.pauseInput() } else if leftover.isEmpty || phase == .lingering { connection.resumeInput() }
    }

    /// Parses as many requests as can be processed now.
    ///
    /// - Returns: the bytes that remain.
    private func consume(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        isConsuming = true
        input = bytes
        offset = 0
        defer {
            isConsuming = false
            input = UnsafeRawBufferPointer(start: nil, count: 0)
        }
        isTurnOver = false
        let turnEnd = Instant.now + Self.turnTime
        while canParse, !isTurnOver {
            do throws(HTTPError) {
                guard let event = try parseNext() else { break }
                handle(event)
                // The loop's other connections get their turn between the many requests of one client.
                isTurnOver = phase == .head && parser.isBetweenRequests && Instant.now >= turnEnd
            } catch {
                handle(error)
            }
        }
        inputUsed()
        switch phase {
        case .lingering, .closed, .bodyFailed: return []
        case .head, .body, .answering, .upgraded: return offset < input.count ? Array(input[offset...]) : []
        }
    }

    private var hasMoreInput: Bool { !leftover.isEmpty || offset < input.count }

    private func parseNext() throws(HTTPError) -> HTTPRequestEvent? {
        var position = offset
        defer { offset = position }
        return try parser.next(input.bytes, from: &position)
    }

    private var canParse: Bool {
        switch phase {
        // A client that does not read its answers gets no further answers: its waiting output stays small, and the client is slowed down.
        case .head: connection.bufferedByteCount <= connection.outputLowMark
        case .body: exchange.map { $0.isReadingBody && !$0.isBodyPaused } ?? true
        case .bodyFailed, .answering, .lingering, .upgraded, .closed: false
        }
    }

    private func handle(_ event: HTTPRequestEvent) {
        switch event {
        case .head(let request):
            disarm()
            phase = .body
            bodyRate = nil
            sentContinue = false
            let exchange = HTTPExchange(request, on: self)
            self.exchange = exchange
            // A request without a body is complete: its `end` event is next.
            if request.body == .none { dropBodyAtHand() }
            server.service.handle(exchange)
        case .body(let range):
            exchange?.received(UnsafeRawBufferPointer(rebasing: input[range]).bytes)
        case .end:
            guard let exchange else { return readyForNext() }
            phase = .answering
            disarm()
            exchange.bodyEnded(.success(()))
        }
    }

    private func handle(_ error: HTTPError) {
        guard let exchange else { return reject(error) }
        phase = .bodyFailed
        disarm()
        let reason: BodyError = if case .bodyTooLarge(let limit) = error { .tooLarge(limit: limit) } else { .malformed }
        exchange.bodyEnded(.failure(reason))
    }

    /// Rejects a request that HTTP itself forbids.
    private func reject(_ error: HTTPError) {
        let (head, body) = server.service.rejection(error)
        closesAfterAnswer = true
        phase = .bodyFailed
        send(head, length: .known(body.count), for: nil, body: body)
        linger()
    }

    /// Called when all received bytes are parsed, as far as they are wanted now.
    private func inputUsed() {
        guard phase == .head || canParse, offset >= input.count else { return }
        if hasInputEnded { return truncated() }
        switch phase {
        case .head: if !parser.isBetweenRequests, expiry != .head || timer == nil { arm(.head, configuration.headTimeout) }
        case .body: if exchange?.isReadingBody == true, expiry != .body || timer == nil { watchBody() }
        case .bodyFailed, .answering, .lingering, .upgraded, .closed: break
        }
    }

    /// Handles a client that ended its side in the middle of a request, or between two requests.
    private func truncated() {
        let exchange = self.exchange
        self.exchange = nil
        if exchange == nil { return closeAfterOutput() }
        close()
        exchange?.abort()
    }

    func inputEnded() {
        hasInputEnded = true
        switch phase {
        case .head:
            // The remaining requests are answered while the client reads; the write time-out limits this.
            if leftover.isEmpty { truncated() }
        case .body, .bodyFailed:
            if !canParse { return arm(.halfClose, configuration.halfCloseGrace) }
            if leftover.isEmpty { truncated() }
        case .answering: arm(.halfClose, configuration.halfCloseGrace)
        case .lingering: closeAfterOutput()
        case .upgraded, .closed: break
        }
    }

    // MARK: The request's body

    func startBody(limit: Int?) {
        guard let exchange else { return }
        if phase == .answering || phase == .bodyFailed {
            // The request has no body, so the body is complete; or the body cannot be read.
            let result: Result<Void, BodyError> = phase == .answering ? .success(()) : .failure(.aborted)
            return loop.soon { exchange.bodyEnded(result) }
        }
        if let limit {
            parser.limitBody(to: limit)
            if case .known(let count) = exchange.request.body, count > limit {
                phase = .bodyFailed
                return loop.soon { exchange.bodyEnded(.failure(.tooLarge(limit: limit))) }
            }
        }
        if exchange.request.expectsContinue, !sentContinue {
            sentContinue = true
            connection.send { $0 += "HTTP/1.1 100 Continue\r\n\r\n".utf8 }
        }
        consumeLeftoverSoon()
    }

    func continueBody() {
        // The client could send nothing during the pause.
        lastInput = loop.now
        consumeLeftoverSoon()
    }

    /// Called when the reader pauses: the body's speed is then not the client's fault.
    func bodyPaused() {
        bodyRate?.pause()
    }

    private func watchBody() {
        bodyRate = BodyRate(minimum: configuration.minimumBodyRate, window: configuration.bodyRateWindow, now: loop.now)
        arm(.body, min(configuration.bodyTimeout, configuration.bodyRateWindow))
    }

    /// Parses and drops the rest of the body that has come already. Afterwards the phase is `answering` if the body is complete.
    private func dropBodyAtHand() {
        guard phase == .body else { return }
        if !isConsuming {
            let bytes = leftover
            leftover = bytes.withUnsafeBytes { bytes in
                input = bytes
                offset = 0
                dropBody()
                defer { input = UnsafeRawBufferPointer(start: nil, count: 0) }
                return Array(bytes[offset...])
            }
        } else {
            dropBody()
        }
    }

    private func dropBody() {
        while phase == .body {
            do throws(HTTPError) {
                guard let event = try parseNext() else { return }
                if case .end = event { phase = .answering }
            } catch {
                phase = .bodyFailed
            }
        }
    }

    // MARK: The answer

    /// Sends a head together with a complete body.
    func send(_ head: HTTPResponseHead, length: HTTPBodyLength, for request: HTTPRequestHead?, body: [UInt8]) {
        dropBodyAtHand()
        var head = head
        let isAlone = worker.isDraining || (hasInputEnded && !hasMoreInput)
        let isLast = phase != .answering || isAlone || request?.keepsAlive != true || length == .untilClose
        if isLast || head.headers.has("Connection", element: "close") { closesAfterAnswer = true }
        if head.headers["Date"] == nil { head.headers.add("Date", worker.httpDate) }
        head.headers.set("Connection", closesAfterAnswer ? "close" : request?.version == .http10 ? "keep-alive" : nil)
        connection.send { output in
            HTTPSerializer.append(head, body: length, to: &output)
            output += body
        }
    }

    /// Sends a piece of a streamed body.
    func stream(_ body: (inout [UInt8]) -> Void) {
        connection.send(body)
        guard connection.bufferedByteCount > configuration.outputLimit, let exchange else { return }
        self.exchange = nil
        close()
        // `abort` must not be called from inside `write`.
        loop.soon { exchange.abort() }
    }

    /// Called when the exchange's answer is complete.
    func answered() {
        exchange = nil
        disarm()
        if connection.share != nil {
            // Output is written now and not at the end of the batch: unwritten output counts, and a batch may answer thousands of such clients.
            connection.flush()
            guard phase != .closed, connection.isOpen else { return }
        }
        if closesAfterAnswer { return linger() }
        readyForNext()
    }

    private func readyForNext() {
        phase = .head
        if hasInputEnded, leftover.isEmpty, !isConsuming { return closeAfterOutput() }
        if worker.isDraining { return linger() }
        arm(.idle, configuration.idleTimeout)
        // A body that came as a whole while its request waited has held the client back, and is dropped by now.
        if leftover.isEmpty { throttle() } else { consumeLeftoverSoon() }
    }

    /// Ends the server's side, and drops what the client still sends, within limits. An immediate close would reset the connection, and the answer
    /// could be lost.
    private func linger() {
        guard phase != .closed else { return }
        if hasInputEnded { return closeAfterOutput() }
        phase = .lingering
        leftover = []
        countInput()
        connection.endOutput()
        connection.resumeInput()
        arm(.linger, configuration.lingerTime)
    }

    // MARK: WebSocket

    func upgrade(
        _ exchange: HTTPExchange, subprotocol: String?, headers: HTTPHeaders, configuration: WebSocketConfiguration, handler: any WebSocketHandler
    ) -> WebSocketConnection? {
        let handshake: WebSocketServerHandshake
        do throws(WebSocketHandshakeError) {
            // A body of the request would be read as WebSocket frames.
            guard phase == .answering else { throw .notAnUpgrade }
            handshake = try WebSocketServerHandshake(exchange.request)
        } catch {
            var headers = error.headers
            headers.add("Content-Type", "application/json")
            headers.add("X-Content-Type-Options", "nosniff")
            let body = ServiceError(status: error.status, message: error.description).json
            exchange.respond(HTTPResponseHead(error.status, headers: headers), body: body)
            return nil
        }
        let compression = configuration.allowsCompression ? handshake.compression(forgetting: false) : nil
        let answer = handshake.answer(subprotocol: subprotocol, compression: compression, headers: headers)
        connection.send { HTTPSerializer.append(answer, body: .none, to: &$0) }
        disarm()
        phase = .upgraded
        self.exchange = nil
        // A proxy may send the requests of many clients over one connection, so the credential of an earlier request does not count for this
        // WebSocket.
        let limits = exchange.isAuthenticated ? nil : server.configuration.unauthenticated
        let webSocket = WebSocketConnection(
            connection, isServer: true, subprotocol: subprotocol, compression: compression, configuration: configuration, limits: limits,
            handler: handler)
        worker.replace(id, with: webSocket)
        loop.soon { [self] in
            if let pool = server.pool, !webSocket.isAuthenticated, connection.isOpen, connection.share == nil {
                worker.count(connection, id, in: pool)
            }
            let rest = leftover
            leftover = []
            webSocket.begin(with: rest)
            if hasInputEnded { webSocket.inputEnded() }
        }
        return webSocket
    }

    // MARK: Time

    private func arm(_ expiry: Expiry, _ duration: Duration) {
        timer?.cancel()
        self.expiry = expiry
        timer = loop.schedule(at: loop.now + duration) { [weak self] in self?.expired() }
    }

    private func disarm() {
        timer?.cancel()
        timer = nil
    }

    private func expired() {
        timer = nil
        switch expiry {
        case .head:
            guard !parser.isBetweenRequests else { return close() }
            closesAfterAnswer = true
            send(HTTPResponseHead(.requestTimeout), length: .known(0), for: nil, body: [])
            linger()
        case .idle: closeAfterOutput()
        case .body:
            let isPaused = exchange?.isBodyPaused == true
            if isPaused { bodyRate?.pause() }
            let isTooSlow = bodyRate?.isTooSlow(now: loop.now) == true
            let isSilent = !isPaused && lastInput + configuration.bodyTimeout <= loop.now
            guard isTooSlow || isSilent else { return arm(.body, min(configuration.bodyTimeout, configuration.bodyRateWindow)) }
            phase = .bodyFailed
            exchange?.bodyEnded(.failure(.timedOut))
        case .halfClose: abort()
        case .linger:
            // The client still reads the answer; the write time-out limits this.
            if connection.bufferedByteCount > 0 { arm(.linger, configuration.lingerTime) } else { close() }
        }
    }

    // MARK: The end

    func outputDrained() {
        exchange?.drained()
        if phase == .head, !leftover.isEmpty { consumeLeftoverSoon() }
    }

    func failed(_ failure: ConnectionError) {
        ended()
        let exchange = self.exchange
        self.exchange = nil
        exchange?.abort()
    }

    func drain(sparesNew: Bool) {
        // Only the time before the first request is limited as a head.
        if sparesNew, expiry == .head { return }
        guard phase == .head, parser.isBetweenRequests, leftover.isEmpty else { return }
        linger()
    }

    func stop() {
        abort()
    }

    private func abort() {
        let exchange = self.exchange
        self.exchange = nil
        close()
        exchange?.abort()
    }

    private func closeAfterOutput() {
        ended()
        connection.closeAfterOutput()
    }

    private func close() {
        ended()
        connection.close()
    }

    private func ended() {
        guard phase != .closed else { return }
        phase = .closed
        leftover = []
        connection.share?.hold(input: 0)
        disarm()
    }
}
