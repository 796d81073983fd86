package import Admission
package import Framing
package import Net
package import Protocols

extension HTTPExchange {
    /// Writes the request's whole body to a file in the spool, on another thread while it comes. The client must wait when the disk is slow.
    ///
    /// - Parameter caller: the caller whose account holds the file.
    package func spoolBody(to spool: Spool, id: String, limit: Int, by caller: Caller) async throws(RequestError) -> SpooledFile {
        let hold = try spool.hold(for: caller, request, limit: limit)
        let result: Result<SpooledFile, RequestError> = await withCheckedContinuation { continuation in
            let isTaken = loop.execute { [self] in
                let writer = SpoolWriter(spool, id: id, hold: hold, on: loop)
                writer.hold = { [weak self] hold in hold ? self?.pauseBody() : self?.resumeBody() }
                var received = 0
                readBody(limit: limit) { chunk in
                    received += chunk.byteCount
                    writer.write(chunk)
                } end: { end in
                    switch end {
                    case .success:
                        writer.finish {
                            hold.end()
                            continuation.resume(returning: $0.mapError(\.requestError))
                        }
                    case .failure(let error):
                        writer.cancel()
                        continuation.resume(returning: .failure(RequestError(error, received: received)))
                    }
                }
            }
            // The loop ends after its connections.
            if !isTaken { continuation.resume(returning: .failure(.incompleteBody)) }
        }
        return try result.get()
    }

    /// Returns the request's whole body, of at most `limit` bytes.
    package func smallBody(limit: Int) async throws(RequestError) -> [UInt8] {
        let result: Result<[UInt8], RequestError> = await withCheckedContinuation { continuation in
            let isTaken = loop.execute { [self] in
                collectBody(limit: limit) { continuation.resume(returning: $0.mapError { RequestError($0, received: limit) }) }
            }
            if !isTaken { continuation.resume(returning: .failure(.incompleteBody)) }
        }
        return try result.get()
    }
}

extension Spool {
    /// Opens the account of an upload, before its body is read.
    ///
    /// - Parameter limit: maximum number of bytes of the body. The reader rejects a body that announces more.
    package func hold(for caller: Caller, _ head: HTTPRequestHead, limit: Int) throws(RequestError) -> DiskHold {
        let announced: Int? = if case .known(let count) = head.body, count <= limit { count } else { nil }
        return try budget.open(DiskOwner(caller), announced: announced)
    }

    /// Opens the account of a file whose size is known.
    package func hold(for caller: Caller, announced byteCount: Int) throws(RequestError) -> DiskHold {
        try budget.open(DiskOwner(caller), announced: byteCount)
    }
}

extension RequestError {
    package init(_ error: BodyError, received: Int) {
        self =
            switch error {
            case .tooLarge(let limit): .tooLarge(limit: limit, received: max(received, limit + 1))
            case .malformed: .badRequest("The body's chunked encoding is malformed.")
            case .timedOut, .aborted: .incompleteBody
            }
    }
}
