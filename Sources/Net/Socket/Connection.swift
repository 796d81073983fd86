internal import CSystem
import Glibc

/// What speaks on a connection. Called on the connection's loop, and never from inside a call to the connection.
protocol ConnectionHandler: AnyObject {
    /// Bytes came. They are the handler's to change, and gone when it returns.
    func received(_ bytes: UnsafeMutableRawBufferPointer)
    /// The peer has no more to say; output still goes.
    func inputEnded()
    /// Queued output fell below the low mark after it was above.
    func outputDrained()
    /// The connection broke and is closed.
    func failed(_ failure: ConnectionFailure)
}

/// A TCP connection, perhaps inside TLS, confined to its loop.
///
/// What is sent in one batch of the loop is written together at its end. Between events the connection holds no buffer.
final class Connection: EventSource {
    private enum Ending { case none, endOutput, close }

    let loop: Loop
    let peer: SocketAddress
    let isSecure: Bool
    /// `outputDrained` is called below this, in bytes.
    var outputLowMark = 64 * 1024
    /// How long output may wait without a byte taken by the peer.
    var writeTimeout: Duration = .seconds(30)
    /// The count of the buffers while the peer is an unauthenticated client; nil: they are not counted.
    private(set) var share: UnauthenticatedShare?

    private let descriptor: Int32
    private var registration: Registration?
    private var interest: Readiness
    private var tls: TLSSession?
    private var handler: (any ConnectionHandler)?
    private var onClose: (() -> Void)?

    /// The TLS handshake is not complete.
    private(set) var isSecuring: Bool
    private var isInputPaused = false
    private var hasInputEnded = false
    private var willReadPending = false
    /// Behind the bytes that wait comes the end of the input, or a fault: epoll said so, and does not again.
    private var endIsNear = false

    private var output: [UInt8] = []
    private var written = 0
    private var isDirty = false
    private var wasAboveLowMark = false
    /// The kernel's buffer is full, and EPOLLOUT armed. Or TLS must read before it can write, and it is not.
    private var isBlocked = false
    private var ending: Ending = .none
    private var hasEndedOutput = false
    private var stallTimer: Loop.Timer?
    private var lastProgress: ContinuousClock.Instant

    /// Takes the descriptor over and watches it; the handler is kept until the connection is closed.
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
        // Only when its loop was shut down.
        if registration != nil { Glibc.close(descriptor) }
    }

    var isOpen: Bool { registration != nil }
    /// Bytes that were sent but not yet taken by the kernel.
    var bufferedByteCount: Int { output.count - written }

    /// Who speaks from now on.
    func attach(_ handler: any ConnectionHandler) {
        self.handler = handler
    }

    /// Counts buffers in `share` from now on.
    func count(in share: UnauthenticatedShare) {
        self.share?.release()
        self.share = share
        if isSecure { share.holdTLS(isSecuring: isSecuring) }
    }

    /// The peer is known: its buffers are not counted any more.
    func endCounting() {
        share?.release()
        share = nil
    }

    // MARK: Output

    /// Appends to the output what `body` appends to the buffer. Nothing once the output was ended.
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

    /// Tells the peer that no more comes, after what is queued. Input still comes.
    func endOutput() {
        guard isOpen, ending == .none else { return }
        ending = .endOutput
        markDirty()
    }

    /// Closes after what is queued.
    func closeAfterOutput() {
        guard isOpen else { return }
        ending = .close
        markDirty()
    }

    /// Closes now. What is queued is lost, and nothing is called any more.
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

    private func fail(_ failure: ConnectionFailure) {
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

    /// Writes what is queued. The loop calls this at the end of a batch, and the socket when it has room again.
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
            loop.giveBack(output)
            output = []
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

    /// Nil when nothing more can be written now.
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
            // A short write of a plain socket means that its buffer is full: no need to hear that from another call.
            guard !isSecure, count > 0, count < output.count - written else { return count }
            written += count
            lastProgress = loop.now
            block(untilWritable: true)
        case .wantsWrite: block(untilWritable: true)
        case .wantsRead: block(untilWritable: false)
        case .ended: fail(.system(SystemError(call: "write to \(peer)", code: EPIPE)))
        case .failed(let failure): fail(failure)
        }
        return nil
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

    /// Hears no more from the peer, whose kernel then slows it down.
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

    /// epoll says nothing of bytes that TLS holds already.
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
        var wanted: Readiness = isSecure ? [] : .onlyChanges
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
            } else if hasTrouble {
                fail(.system(SystemError(call: "connection to \(peer)", code: pendingError())))
            }
        }
        guard isOpen, isBlocked, readiness.contains(waitsForRoom ? .writable : .readable) else { return }
        flush()
        // A read may have waited for room too.
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
            // Bytes that come after a read which did not fill the buffer are reported anew.
            if !isSecure, endIsNear || count == loop.readBuffer.count { readMoreSoon() }
            handler?.received(UnsafeMutableRawBufferPointer(rebasing: loop.readBuffer[..<count]))
        case .ended:
            hasInputEnded = true
            updateInterest()
            handler?.inputEnded()
        case .wantsRead: break
        case .wantsWrite:
            // A TLS 1.2 peer wants the handshake again.
            block(untilWritable: true)
            updateInterest()
        case .failed(let failure): fail(failure)
        }
        if isSecure, isOpen, !isInputPaused, !hasInputEnded { readPendingSoon() }
    }

    /// After the other connections' turn.
    private func readMoreSoon() {
        guard !willReadPending else { return }
        willReadPending = true
        loop.soon { [self] in
            willReadPending = false
            // Who pauses hears of all that waits when it goes on.
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

    /// Record after record, as long as they are here already.
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
