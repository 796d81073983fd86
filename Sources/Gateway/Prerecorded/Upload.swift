internal import Net
internal import Protocols

extension HTTPExchange {
    /// The request's whole body as a file in the spool, written elsewhere while it comes; the client is held back when the disk is slow.
    func spoolBody(to spool: Spool, id: String, limit: Int) async throws(RefusalCause) -> SpooledFile {
        let result: Result<SpooledFile, RefusalCause> = await withCheckedContinuation { continuation in
            loop.execute { [self] in
                let writer = SpoolWriter(spool, id: id, on: loop)
                writer.hold = { [weak self] hold in hold ? self?.pauseBody() : self?.resumeBody() }
                var received = 0
                readBody(limit: limit) { chunk in
                    received += chunk.byteCount
                    writer.write(chunk)
                } end: { end in
                    switch end {
                    case .success:
                        writer.finish { continuation.resume(returning: $0.mapError { _ in .unavailable("The gateway's disk is full.") }) }
                    case .failure(let error):
                        writer.cancel()
                        continuation.resume(returning: .failure(RefusalCause(error, received: received)))
                    }
                }
            }
        }
        return try result.get()
    }

    /// The request's whole body, of at most `limit` bytes.
    func smallBody(limit: Int) async throws(RefusalCause) -> [UInt8] {
        let result: Result<[UInt8], RefusalCause> = await withCheckedContinuation { continuation in
            loop.execute { [self] in
                collectBody(limit: limit) { continuation.resume(returning: $0.mapError { RefusalCause($0, received: limit) }) }
            }
        }
        return try result.get()
    }
}

extension RefusalCause {
    init(_ error: BodyError, received: Int) {
        self =
            switch error {
            case .tooLarge(let limit): .tooLarge(limit: limit, received: max(received, limit + 1))
            case .malformed: .badRequest("The body's chunked coding is malformed.")
            case .timedOut, .aborted: .incompleteBody
            }
    }
}
