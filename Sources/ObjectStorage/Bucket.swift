internal import Dispatch
internal import Framing
internal import Glibc
package import Net
internal import Speech
package import Store

/// A bucket of an object storage that speaks the protocol of Amazon S3 (Amazon S3 API Reference, version 2006-03-01).
///
/// A request that gets no answer, or the answer that the server cannot serve now, is sent again twice.
package struct Bucket: Sendable {
    package let address: BucketAddress
    private let credentials: BucketCredentials
    private let client: HTTPClient
    /// Size above which an object is sent in parts, and size of a part, in bytes. Amazon S3 takes parts of 5 MiB and more, and 10,000 parts.
    private let partSize: Int

    private static let pauses: [Duration] = [.milliseconds(200), .seconds(1)]
    private static let answerLimit = 8 << 20
    private static let queue = DispatchQueue(label: "harken.objects", qos: .utility, attributes: .concurrent)

    package init(at address: BucketAddress, as credentials: BucketCredentials, through client: HTTPClient, partSize: Int = 16 << 20) {
        self.address = address
        self.credentials = credentials
        self.client = client
        self.partSize = partSize
    }

    // MARK: - Writing

    /// Stores a file as an object, which replaces an object of the same key.
    ///
    /// - Parameter path: a file that does not change meanwhile.
    func put(_ path: String, as key: String) async throws(StoreError) {
        let byteCount = try Self.byteCount(of: path)
        if byteCount <= partSize {
            _ = try await answer(to: request(.put, key, [.file(path: path)], digest: Self.digest(of: path, 0..<byteCount)))
        } else {
            try await putParts(of: path, byteCount, as: key)
        }
    }

    private func putParts(of path: String, _ byteCount: Int, as key: String) async throws(StoreError) {
        let begun = try await answer(to: request(.post, key, query: [("uploads", "")]))
        guard let upload = XMLText(begun.body).content(of: "UploadId") else { throw failure("the server began no upload of \(key)") }
        do throws(StoreError) {
            var completion = "<CompleteMultipartUpload>"
            for (index, start) in stride(from: 0, to: byteCount, by: partSize).enumerated() {
                let range = start..<min(start + partSize, byteCount)
                let query = [("partNumber", "\(index + 1)"), ("uploadId", upload)]
                let digest = try await Self.digest(of: path, range)
                let part = try await answer(to: request(.put, key, query: query, [.slice(path: path, range)], digest: digest))
                guard let tag = part.headers["ETag"] else { throw failure("the server acknowledged no part of \(key)") }
                completion += "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(tag)</ETag></Part>"
            }
            completion += "</CompleteMultipartUpload>"
            let done = try await answer(to: request(.post, key, query: [("uploadId", upload)], [.bytes(Array(completion.utf8))]))
            // The answer begins before the parts are joined, so it may end with an error.
            if let code = XMLText(done.body).content(of: "Code") { throw failure("the server did not join the parts of \(key): \(code)") }
        } catch {
            // Parts that no object has would be stored, and paid for, until somebody looks.
            _ = try? await answer(to: request(.delete, key, query: [("uploadId", upload)]))
            throw error
        }
    }

    /// Deletes an object, and asks whether it is gone. Deleting an object that is not there is not an error.
    func delete(_ key: String) async throws(StoreError) {
        _ = try await answer(to: request(.delete, key), accepting: [404])
        guard try await find(key) == nil else { throw failure("the server kept \(key), which it was told to delete") }
    }

    // MARK: - Reading

    /// Returns nil when there is no such object.
    func find(_ key: String) async throws(StoreError) -> ListedObject? {
        // A listing says all that a caller needs. The key itself is the first of the keys that begin with it.
        try await list(prefix: key, after: nil, limit: 1).objects.first { $0.key == key }
    }

    /// Writes a range of an object into a file.
    ///
    /// - Parameters:
    ///   - range: bytes that the object has; not empty.
    ///   - tag: the content that is meant.
    /// - Throws: an error when the object is no longer there, or has another content.
    func read(_ key: String, _ range: Range<Int>, tag: String, into path: String) async throws(StoreError) {
        var request = request(.get, key)
        request.headers.add("Range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")
        request.headers.add("If-Match", tag)
        request.destination = .file(path: path)
        request.responseLimit = range.count
        let answer = try await answer(to: request, accepting: [404, 412])
        guard answer.status.code < 300 else { throw failure("\(key) was replaced or deleted while it was read") }
        guard answer.byteCount == range.count else { throw failure("the server sent \(answer.byteCount) of \(range.count) bytes of \(key)") }
    }

    /// Returns objects in the order of their keys, at most 1,000.
    ///
    /// - Parameter after: last key of the page before; nil for the first page.
    func list(prefix: String, after: String?, limit: Int) async throws(StoreError) -> (objects: [ListedObject], isLast: Bool) {
        var query = [("list-type", "2"), ("max-keys", "\(max(1, min(1_000, limit)))"), ("prefix", address.prefix + prefix)]
        if let after { query.append(("start-after", address.prefix + after)) }
        let answer = try await answer(to: request(.get, nil, query: query))
        let text = XMLText(answer.body)
        let objects = text.contents(of: "Contents").compactMap { ListedObject($0, below: address.prefix) }
        return (objects, text.content(of: "IsTruncated") != "true")
    }

    /// Asks whether the bucket can be used.
    ///
    /// - Throws: the reason why it cannot be used: `objectStorage` when the server says so, `objectStorageAway` when the server does not answer.
    package func check() async throws(StoreError) {
        _ = try await list(prefix: "", after: nil, limit: 1)
        // Not every server knows the question, nor may every user ask it.
        let answer = try await answer(to: request(.get, nil, query: [("versioning", "")]), accepting: Array(400...599))
        guard XMLText(answer.body).content(of: "Status") != "Enabled" else {
            throw failure("the bucket keeps versions of deleted objects, so nothing could be deleted; use a bucket without versioning")
        }
    }

    // MARK: - Requests

    private func request(
        _ method: HTTPMethod, _ key: String?, query: [(String, String)] = [], _ body: [HTTPClientRequest.BodyPart]? = nil, digest: String? = nil
    ) -> HTTPClientRequest {
        var url = address.root + (key.map { address.prefix + $0 } ?? "")
        if !query.isEmpty {
            // The signature is made of the query as it is, which must be in order for that.
            url += "?" + query.sorted { $0.0 < $1.0 }.map { "\($0)=\(PercentCoding.encode($1))" }.joined(separator: "&")
        }
        var request = HTTPClientRequest(method, url)
        request.body = body
        request.headers.add("x-amz-content-sha256", digest ?? Self.digest(of: body))
        request.connectTimeout = .seconds(5)
        request.timeout = nil
        request.stallTimeout = .seconds(15)
        request.responseLimit = Self.answerLimit
        request.signature = RequestSignature(
            keyID: credentials.keyID, secret: credentials.secret, sessionToken: credentials.sessionToken, region: address.region, service: "s3")
        return request
    }

    /// - Parameter accepting: statuses that are an answer, beside 200 to 299.
    private func answer(to request: HTTPClientRequest, accepting: [Int] = []) async throws(StoreError) -> HTTPClientResponse {
        var pauses = Self.pauses[...]
        while true {
            var reason: String
            do throws(HTTPClientError) {
                let answer = try await client.send(request)
                if 200...299 ~= answer.status.code || accepting.contains(answer.status.code) { return answer }
                let text = XMLText(answer.body)
                reason = "status \(answer.status.code)" + (text.content(of: "Code").map { " (\($0))" } ?? "")
                guard answer.status.code >= 500 || answer.status.code == 429 else { throw .failed(reason) }
            } catch {
                reason = "\(error)"
                switch error {
                case .unresolved, .unreachable, .timedOut: break
                case .failed where !reason.hasPrefix("status"): break
                case .file(let path, let error): throw .failure(path, error.code)
                default: throw failure(reason)
                }
            }
            guard let pause = pauses.popFirst(), (try? await Task.sleep(for: pause)) != nil else {
                throw .objectStorageAway("\(address): \(reason)")
            }
        }
    }

    private func failure(_ reason: String) -> StoreError { .objectStorage("\(address): \(reason)") }

    private static func digest(of body: [HTTPClientRequest.BodyPart]?) -> String {
        guard case .bytes(let bytes)? = body?.first else { return SHA256.digest([]).hexadecimal }
        return SHA256.digest(bytes).hexadecimal
    }

    private static func byteCount(of path: String) throws(StoreError) -> Int {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .failure(path) }
        return Int(status.st_size)
    }

    /// Reads a range of a file for its digest, on a thread of its own.
    private static func digest(of path: String, _ range: Range<Int>) async throws(StoreError) -> String {
        try await queue.work { () throws(StoreError) in
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .failure(path) }
            defer { close(descriptor) }
            var sha = SHA256(), offset = range.lowerBound
            while offset < range.upperBound {
                var count = 0
                let piece = [UInt8](unsafeUninitializedCapacity: min(1 << 18, range.upperBound - offset)) { buffer, filled in
                    count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
                    filled = max(0, count)
                }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw .failure(path, count == 0 ? EIO : errno) }
                sha.update(piece)
                offset += count
            }
            return sha.finish().hexadecimal
        }
    }
}
