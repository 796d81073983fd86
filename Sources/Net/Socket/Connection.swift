import Speech
internal import CSystem
import Glibc

/// Handles the input of a connection. Called on the connection's loop, and never from inside a call to the connection.
protocol ConnectionHandler: AnyObject {
    /// Called with received bytes. The handler may change the bytes; they are valid only until it returns.
    func received(_ bytes: UnsafeMutableRawBufferPointer)
    /// Called when the peer sends nothing more; output can still be sent.
    func inputEnded()
    /// Called when queued output falls below the low mark after it was above.
    func outputDrained()
    /// Called when the connection broke; it is closed then.
    func failed(_ failure: ConnectionError)
}

/// A TCP connection, with or without TLS, confined to its loop.
///
/// All output of one batch of the loop is written together at the batch's end. Between events the connection holds no buffer.
final class Connection: EventSource {
    private enum Ending { case none, endOutput, close }

    let loop: Loop
    let peer: SocketAddress
    let isSecure: Bool
    /// Number of queued output bytes below which `outputDrained` is called.
    var outputLowMark = 64 * 1024
    /// Maximum time for which output waits without the peer accepting a byte.
    var writeTimeout: Duration = .seconds(30)
    /// True: when the peer resets the connection while the input is paused, what the peer sent before is read after the pause, and then the handler
    /// learns of the reset. False: the connection fails at once.
    var readsAfterReset = false
    /// Counts the buffers' memory while the peer is an unauthenticated client; nil: the memory is not counted.
    private(set) var share: UnauthenticatedShare?

    private let descriptor: Int32
    private var registration: Registration?
    private var interest: Readiness
    private var tls: TLSSession?
    private var handler: (any ConnectionHandler)?
    private var onClose: (() -> Void)?

    /// True until the TLS handshake is complete.
    private(set) var isSecuring: Bool
    private var isInputPaused = false
    private var hasInputEnded = false
    private var willReadPending = false
    /// True if epoll reported the end of the input, or a fault, after the waiting bytes; epoll does not report this again.
    private var endIsNear = false

    private var output: [UInt8] = []
    private var written = 0
    private var isDirty = false
    private var wasAboveLowMark = false
    /// True while no output can be written: either the kernel's buffer is full and EPOLLOUT is armed, or TLS must read before it can write and
    /// EPOLLOUT is not armed.
    private var isBlocked = false
    private var ending: Ending = .none
    private var hasEndedOutput = false
    private var stallTimer: Loop.Timer?
    private var lastProgress: Instant

    /// Takes ownership of the descriptor and watches it. The handler is retained until the connection is closed.
    ///
    /// - Parameter onClose: called once, when the descriptor is closed.
    init(
        _ descriptor: Int32, peer: SocketAddress, tls: consuming TLSSession?, on loop: Loop, onClose: @escaping () -> Void = {}
    ) throws(SystemError) {
        self.descriptor = descriptor
        self.peer = peer
        self.loop = loop
        isSecure = tls != nil
        isSecuring = isSecure
        interest = isSecure ? .readable : [.readable, .inputEnded, .onlyChanges]
        self.tls = tls
        lastProgress = loop.now
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        do {
            registration = try loop.register(descriptor, for: interest, source: self)
        } catch {
            Glibc.close(descriptor)
            onClose()
            throw error
        }
        self.onClose = onClose
        if isSecuring { loop.soon { [self] in secure() } }
    }

    deinit {
        // The descriptor is still open only if the loop was shut down.
        if registration != nil { Glibc.close(descriptor) }
    }

    var isOpen: Bool { registration != nil }
    /// Number of queued bytes that the kernel has not accepted yet.
    var bufferedByteCount: Int { output.count - written }

    /// Makes `handler` the receiver of the connection's events from now on.
    func attach(_ handler: any ConnectionHandler) {
        self.handler = handler
    }

    /// Counts the memory of buffers in `share` from now on.
    func count(in share: UnauthenticatedShare) {
        self.share?.release()
        self.share = share
        if isSecure { share.holdTLS(isSecuring: isSecuring) }
    }

    /// Stops counting the memory of buffers, because the client is authenticated.
    func endCounting() {
        share?.release()
        share = nil
    }

    // MARK: Output

    /// Appends the bytes that `body` adds to the output. Does nothing after the end of the output.
    func send(_ body: (inout [UInt8]) -> Void) {
        loop.preconditionCurrent()
        guard isOpen, ending == .none else { return }
        if output.capacity == 0 { output = loop.takeBuffer() }
        body(&output)
        if bufferedByteCount >= outputLowMark { wasAboveLowMark = true }
        markDirty()
    }

    func send(_ bytes: [UInt8]) {
        send { $0 += bytes }
    }

    /// Tells the peer that no more output comes, after the queued output. Input still comes.
    func endOutput() {
        guard isOpen, ending == .none else { return }
        ending = .endOutput
        markDirty()
    }

    /// Closes the connection after the queued output.
    func closeAfterOutput() {
        guard isOpen else { return }
        ending = .close
        markDirty()
    }

    /// Closes the connection at once. Queued output is lost, and the handler is not called any more.
    func close() {
        guard let registration else { return }
        if !isBlocked { tls?.sendEnd() }
        self.registration = nil
        loop.forget(registration)
        Glibc.close(descriptor)
        output = []
        written = 0
        tls = nil
        handler = nil
        endCounting()
        stallTimer?.cancel()
        stallTimer = nil
        let onClose = self.onClose
        self.onClose = nil
        onClose?()
    }

    private func fail(_ failure: ConnectionError) {
        guard isOpen else { return }
        let handler = self.handler
        close()
        handler?.failed(failure)
    }

    private func markDirty() {
        guard !isDirty, !isBlocked else { return }
        isDirty = true
        loop.markDirty(self)
    }

    /// Writes the queued output. The loop calls this at the end of a batch, and when the socket has room again.
    func flush() {
        isDirty = false
        guard isOpen, !isSecuring else { return }
        isBlocked = false
        while written < output.count {
            guard let count = writeOnce() else { break }
            written += count
            lastProgress = loop.now
        }
        guard isOpen else { return }
        if written == output.count {
            // A buffer to which the property still refers would be copied before it is emptied.
            var sent: [UInt8] = []
            swap(&sent, &output)
            loop.giveBack(consume sent)
            written = 0
        } else if written > 64 * 1024, written > output.count / 2 {
            output.removeFirst(written)
            written = 0
        }
        if let share {
            share.hold(output: output.capacity)
            guard isOpen else { return }
        }
        updateInterest()
        if bufferedByteCount == 0 { endIfAsked() }
        guard isOpen, wasAboveLowMark, bufferedByteCount < outputLowMark else { return }
        wasAboveLowMark = false
        handler?.outputDrained()
    }

    /// Writes once; returns nil when nothing more can be written now.
    private func writeOnce() -> Int? {
        let outcome: TLSSession.Outcome = output.withUnsafeBytes { bytes in
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            if isSecure { return tls?.write(rest) ?? .ended }
            let count = Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .bytes(count) }
            switch errno {
            case EAGAIN: return .wantsWrite
            case EINTR: return .bytes(0)
            case let code: return .failed(.system(SystemError(call: "write to \(peer)", code: code)))
            }
        }
        switch outcome {
        case .bytes(let count):
            // A short write of a plain socket means that its buffer is full; no second call is needed to learn this.
            guard !isSecure, count > 0, count < output.count - written else { return count }
            written += count
            lastProgress = loop.now
            block(untilWritable: true)
        case .wantsWrite: block(untilWritable: true)
        case .wantsRead: block(untilWritable: false)
        case .ended: fail(.system(SystemError(call: "write to \(peer)", code: EPIPE)))
        case .failed(let failure): loseOutput(failure)
        }
        return nil
    }

    /// Gives up what the peer will not read. What the peer sent before it went may still wait in the socket: it is read first, and then the end.
    private func loseOutput(_ failure: ConnectionError) {
        guard !isSecure, !isInputPaused || readsAfterReset, !hasInputEnded, case .system(let error) = failure,
            [EPIPE, ECONNRESET].contains(error.code)
        else { return fail(failure) }
        written = output.count
        endIsNear = true
        readMoreSoon()
    }

    private func block(untilWritable: Bool) {
        isBlocked = true
        waitsForRoom = untilWritable
        guard stallTimer == nil else { return }
        lastProgress = loop.now
        watchForStall()
    }
    private var waitsForRoom = false

    private func watchForStall() {
        stallTimer = loop.schedule(at: lastProgress + writeTimeout) { [unowned self] in
            stallTimer = nil
            guard isBlocked else { return }
            if lastProgress + writeTimeout <= loop.now { fail(.writeTimedOut) } else { watchForStall() }
        }
    }

    private func endIfAsked() {
        switch ending {
        case .none: break
        case .close: close()
        case .endOutput:
            guard !hasEndedOutput else { return }
            hasEndedOutput = true
            tls?.sendEnd()
            shutdown(descriptor, Int32(SHUT_WR))
        }
    }

    // MARK: Input

    /// Stops reading from the peer; the kernel then slows the peer down.
    func pauseInput() {
        guard isOpen, !isInputPaused else { return }
        isInputPaused = true
        updateInterest()
    }

    func resumeInput() {
        guard isOpen, isInputPaused else { return }
        isInputPaused = false
        updateInterest()
        readPendingSoon()
    }

    /// Reads bytes that TLS already holds, because epoll does not report these.
    private func readPendingSoon() {
        guard !willReadPending, !isSecuring, tls?.hasPending == true else { return }
        willReadPending = true
        loop.soon { [self] in
            willReadPending = false
            if isOpen, !isInputPaused, !hasInputEnded { read() }
        }
    }

    private func updateInterest() {
        guard let registration, !isSecuring else { return }
        // epoll reports a reset in any case: during a pause, one report is enough.
        var wanted: Readiness = isSecure && !(isInputPaused && endIsNear) ? [] : .onlyChanges
        if !isInputPaused, !hasInputEnded { wanted.formUnion(isSecure ? .readable : [.readable, .inputEnded]) }
        if isBlocked { wanted.insert(waitsForRoom ? .writable : .readable) }
        watch(for: wanted, registration)
    }

    private func watch(for wanted: Readiness, _ registration: Registration) {
        guard wanted != interest else { return }
        interest = wanted
        do {
            try loop.modify(registration, for: wanted)
        } catch {
            loop.soon { [self] in fail(.system(error)) }
        }
    }

    func ready(_ readiness: Readiness) {
        if isSecuring { return secure() }
        let hasTrouble = !readiness.isDisjoint(with: [.failed, .hungUp])
        if hasTrouble || !readiness.isDisjoint(with: [.readable, .inputEnded]) {
            if !isInputPaused, !hasInputEnded {
                if hasTrouble || readiness.contains(.inputEnded) { endIsNear = true }
                read()
            } else if hasTrouble, readsAfterReset, !hasInputEnded {
                // The kernel keeps the waiting bytes.
                endIsNear = true
                updateInterest()
            } else if hasTrouble {
                fail(.system(SystemError(call: "connection to \(peer)", code: pendingError())))
            }
        }
        guard isOpen, isBlocked, readiness.contains(waitsForRoom ? .writable : .readable) else { return }
        flush()
        // A read may also have waited for room in the output.
        if isOpen, !isInputPaused, !hasInputEnded { readPendingSoon() }
    }

    private func secure() {
        guard let registration, isSecuring else { return }
        switch tls?.handshake() {
        case .bytes:
            isSecuring = false
            share?.holdTLS(isSecuring: false)
            updateInterest()
            flush()
            if isOpen { readPendingSoon() }
        case .wantsRead: watch(for: .readable, registration)
        case .wantsWrite: watch(for: .writable, registration)
        case .failed(let failure): fail(failure)
        case .ended, nil: fail(.system(SystemError(call: "TLS handshake with \(peer)", code: ECONNRESET)))
        }
    }

    /// Reads once into the loop's buffer.
    private func read() {
        switch isSecure ? readSecure() : readPlain() {
        case .bytes(let count):
            guard count > 0 else { return }
            // Bytes that come after a read which did not fill the buffer are reported again.
            if !isSecure, endIsNear || count == loop.readBuffer.count { readMoreSoon() }
            handler?.received(UnsafeMutableRawBufferPointer(rebasing: loop.readBuffer[..<count]))
        case .ended:
            hasInputEnded = true
            updateInterest()
            handler?.inputEnded()
        case .wantsRead: break
        case .wantsWrite:
            // A TLS 1.2 peer asked for a new handshake.
            block(untilWritable: true)
            updateInterest()
        case .failed(let failure): fail(failure)
        }
        if isSecure, isOpen, !isInputPaused, !hasInputEnded { readPendingSoon() }
    }

    /// Reads again after the loop's other connections had their turn.
    private func readMoreSoon() {
        guard !willReadPending else { return }
        willReadPending = true
        loop.soon { [self] in
            willReadPending = false
            // A reader that has paused is told of all waiting bytes when it resumes.
            if isOpen, !isInputPaused, !hasInputEnded { read() }
        }
    }

    private func readPlain() -> TLSSession.Outcome {
        let count = Glibc.recv(descriptor, loop.readBuffer.baseAddress, loop.readBuffer.count, 0)
        if count > 0 { return .bytes(count) }
        if count == 0 { return .ended }
        switch errno {
        case EAGAIN, EINTR: return .wantsRead
        case let code: return .failed(.system(SystemError(call: "read from \(peer)", code: code)))
        }
    }

    /// Reads record after record, while complete records are available.
    private func readSecure() -> TLSSession.Outcome {
        var filled = 0
        while filled < loop.readBuffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: loop.readBuffer[filled...])
            guard let outcome = tls?.read(into: rest) else { return .ended }
            guard case .bytes(let count) = outcome else { return filled > 0 ? .bytes(filled) : outcome }
            filled += count
            guard tls?.hasPending == true else { break }
        }
        return .bytes(filled)
    }

    private func pendingError() -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        return code == 0 ? ECONNRESET : code
    }
}
