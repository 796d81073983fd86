internal import CCurl
internal import Framing
import Glibc

/// One running request; lives on the engine's thread.
final class Transfer {
    /// Maximum size of a failure's body that is kept when the body was to go to a file, in bytes.
    private static let failureLimit = 64 * 1024

    let easy: UnsafeMutableRawPointer
    let id: Int
    let done: (TransferEngine.Outcome) -> Void
    private let request: HTTPClientRequest
    private var upload: UploadReader?
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    private var status = HTTPStatus(0)
    private var headers = HTTPHeaders()
    private var body: [UInt8] = []
    private var byteCount = 0
    private var file: Int32 = -1
    /// The error that a callback found. libcurl only knows that a callback failed.
    private var error: HTTPClientError?

    init(_ id: Int, _ request: HTTPClientRequest, authorities: String?, done: @escaping (TransferEngine.Outcome) -> Void) throws(HTTPClientError) {
        let scheme = request.url.prefix(8).lowercased()
        guard scheme.hasPrefix("http://") || scheme == "https://" else { throw .malformedURL }
        guard request.url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .malformedURL }
        // A request without one of its headers would be another request: without its key, say.
        if let field = request.headers.unsendable ?? request.signature?.headers.unsendable { throw .unsendable(field) }
        guard let easy = curl_easy_init() else { throw .failed("libcurl has no memory") }
        self.easy = easy
        self.id = id
        self.request = request
        self.done = done
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        // From here on, `deinit` frees everything, also after an error.
        let needsBody = request.method == .post || request.method == .put || request.method == .patch
        if let parts = request.body ?? (needsBody ? [] : nil) { upload = try UploadReader(parts) }
        setUp(isSecure: scheme == "https://", authorities: authorities)
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerList)
        message.deallocate()
        if file >= 0 { close(file) }
    }

    private func setUp(isSecure: Bool, authorities: String?) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        set(CURLOPT_URL, request.url)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_REDIR_PROTOCOLS_STR, isSecure ? "https" : "http,https")
        set(CURLOPT_NOSIGNAL, 1)
        curl_set_pointer(easy, CURLOPT_ERRORBUFFER, message)
        if let authorities { set(CURLOPT_CAINFO, authorities) }

        switch request.method {
        case .get where upload == nil: set(CURLOPT_HTTPGET, 1)
        case .head: set(CURLOPT_NOBODY, 1)
        default: set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        }
        if let byteCount = upload?.byteCount {
            set(CURLOPT_UPLOAD, 1)
            curl_set_offset(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(byteCount))
            curl_set_data_function(easy, CURLOPT_READFUNCTION, readUpload)
            curl_set_pointer(easy, CURLOPT_READDATA, context)
            curl_set_seek_function(easy, CURLOPT_SEEKFUNCTION, seekUpload)
            curl_set_pointer(easy, CURLOPT_SEEKDATA, context)
        }
        // A header with an empty value removes the header that libcurl would add.
        // libcurl would sign the removed header too.
        if request.headers["Expect"] == nil, request.signature == nil { headerList = curl_slist_append(headerList, "Expect:") }
        for field in request.headers.fields {
            let value = field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)"
            headerList = curl_slist_append(headerList, value)
        }
        if let signature = request.signature {
            set(CURLOPT_AWS_SIGV4, "aws:amz:\(signature.region):\(signature.service)")
            set(CURLOPT_USERNAME, signature.keyID)
            set(CURLOPT_PASSWORD, signature.secret)
            if let token = signature.sessionToken { headerList = curl_slist_append(headerList, "\(RequestSignature.tokenHeader): \(token)") }
        }
        curl_set_pointer(easy, CURLOPT_HTTPHEADER, headerList)

        curl_set_data_function(easy, CURLOPT_HEADERFUNCTION, receiveHeader)
        curl_set_pointer(easy, CURLOPT_HEADERDATA, context)
        curl_set_data_function(easy, CURLOPT_WRITEFUNCTION, receiveBody)
        curl_set_pointer(easy, CURLOPT_WRITEDATA, context)

        set(CURLOPT_CONNECTTIMEOUT_MS, max(1, request.connectTimeout.milliseconds))
        if let timeout = request.timeout { set(CURLOPT_TIMEOUT_MS, max(1, timeout.milliseconds)) }
        if let stall = request.stallTimeout {
            set(CURLOPT_LOW_SPEED_LIMIT, 1)
            set(CURLOPT_LOW_SPEED_TIME, max(1, (stall.milliseconds + 999) / 1000))
        }
        if case .followed(let limit) = request.redirects {
            set(CURLOPT_FOLLOWLOCATION, 1)
            set(CURLOPT_MAXREDIRS, limit)
        }
        if request.isSentOnce { set(CURLOPT_FRESH_CONNECT, 1) }
        if request.reach != .anywhere { restrict(context) }
    }

    /// Checks every address to which a connection is made. Connections of other requests and proxies are not used, because their addresses would not
    /// be checked.
    private func restrict(_ context: UnsafeMutableRawPointer) {
        curl_set_socket_function(easy, CURLOPT_OPENSOCKETFUNCTION, openSocket)
        curl_set_pointer(easy, CURLOPT_OPENSOCKETDATA, context)
        set(CURLOPT_FRESH_CONNECT, 1)
        set(CURLOPT_FORBID_REUSE, 1)
        set(CURLOPT_PROXY, "")
    }

    private func set(_ option: CURLoption, _ value: Int) { curl_set_long(easy, option, value) }
    private func set(_ option: CURLoption, _ value: String) { curl_set_string(easy, option, value) }

    // MARK: Called by libcurl

    fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        do throws(HTTPClientError) {
            let count = try upload?.read(into: buffer) ?? 0
            request.sends?(count)
            return count
        } catch {
            self.error = error
            return Int(CURL_READFUNC_ABORT)
        }
    }

    fileprivate func rewind() {
        upload?.rewind()
    }

    fileprivate func received(header line: UnsafeRawBufferPointer) {
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            // The next answer begins, after a redirection or an interim answer.
            let parts = text.split(separator: " ", maxSplits: 2)
            status = HTTPStatus(parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
            headers = HTTPHeaders()
        } else if let colon = text.firstIndex(of: ":") {
            var value = text[text.index(after: colon)...]
            while let first = value.first, first == " " || first == "\t" { value.removeFirst() }
            while let last = value.last, last.isWhitespace { value.removeLast() }
            headers.add(String(text[..<colon]), String(value))
        }
    }

    fileprivate func received(body bytes: UnsafeRawBufferPointer) -> Bool {
        if case .file(let path) = request.destination {
            if 200...299 ~= status.code { return write(bytes, to: path) }
            body += bytes.prefix(max(0, Self.failureLimit - body.count))
            byteCount = body.count
            return true
        }
        guard bytes.count <= request.responseLimit - byteCount else { return fail(.tooLarge(limit: request.responseLimit)) }
        body += bytes
        byteCount += bytes.count
        return true
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to path: String) -> Bool {
        guard byteCount + bytes.count <= request.responseLimit else { return fail(.tooLarge(limit: request.responseLimit)) }
        if let mayWrite = request.mayWrite, !mayWrite(bytes.count) {
            return fail(.file(path: path, SystemError(call: "write", code: ENOSPC)))
        }
        if file < 0 { file = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600) }
        guard file >= 0 else { return fail(.file(path: path, SystemError(call: "open"))) }
        do throws(SystemError) { try writeAll(bytes.bytes, to: file) } catch { return fail(.file(path: path, error)) }
        byteCount += bytes.count
        return true
    }

    fileprivate func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        var storage = sockaddr_storage()
        let length = min(Int(address.pointee.addrlen), MemoryLayout<sockaddr_storage>.size)
        // libcurl's structure has the length `addrlen`, not the declared length.
        if let place = MemoryLayout<curl_sockaddr>.offset(of: \.addr) { memcpy(&storage, UnsafeRawPointer(address) + place, length) }
        guard let ip = SocketAddress(storage)?.ip, request.reach.allows(ip) else {
            error = .addressRejected
            return CURL_SOCKET_BAD
        }
        return socket(address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.`protocol`)
    }

    private func fail(_ error: HTTPClientError) -> Bool {
        self.error = error
        return false
    }

    // MARK: The end

    func outcome(of code: CURLcode) -> TransferEngine.Outcome {
        if code == CURLE_OK {
            // An empty body makes an empty file.
            if case .file(let path) = request.destination, 200...299 ~= status.code, file < 0 {
                let isMade = write(UnsafeRawBufferPointer(start: nil, count: 0), to: path)
                guard isMade else { return .failure(error ?? .failed("no file")) }
            }
            var url: UnsafeMutablePointer<CChar>?
            curl_get_string(easy, CURLINFO_EFFECTIVE_URL, &url)
            return .success(
                HTTPClientResponse(
                    status: status, headers: headers, body: body, byteCount: byteCount, url: url.map { String(cString: $0) } ?? request.url))
        }
        if let error { return .failure(error) }
        let text = message[0] == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: message)
        switch code {
        case CURLE_URL_MALFORMAT: return .failure(.malformedURL)
        case CURLE_UNSUPPORTED_PROTOCOL: return .failure(status.code == 0 ? .malformedURL : .redirectionRejected)
        case CURLE_TOO_MANY_REDIRECTS: return .failure(.redirectionRejected)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .failure(.unresolved)
        case CURLE_COULDNT_CONNECT: return .failure(.unreachable)
        case CURLE_OPERATION_TIMEDOUT: return .failure(.timedOut)
        case CURLE_PEER_FAILED_VERIFICATION: return .failure(.untrusted(text))
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER, CURLE_SSL_CERTPROBLEM:
            return .failure(.tls(text))
        default: return .failure(.failed(text))
        }
    }
}

extension Duration {
    fileprivate var milliseconds: Int { Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000) }
}

// These are functions of the file, so that no actor's isolation is inferred for them. libcurl calls them on the engine's thread with the transfer as
// context while its easy handle lives, and the transfer lives at least as long.

private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
}

private func receiveHeader(_ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?) -> Int {
    transfer(context)?.received(header: UnsafeRawBufferPointer(start: data, count: size * count))
    return size * count
}

private func receiveBody(_ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?) -> Int {
    let isTaken = transfer(context)?.received(body: UnsafeRawBufferPointer(start: data, count: size * count)) ?? false
    // libcurl ends the transfer when a callback returns a number other than the given one; for 0 bytes the other number is 1.
    return isTaken ? size * count : size * count == 0 ? 1 : 0
}

private func readUpload(_ data: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?) -> Int {
    transfer(context)?.read(into: UnsafeMutableRawBufferPointer(start: data, count: size * count)) ?? 0
}

private func seekUpload(_ context: UnsafeMutableRawPointer?, _ offset: curl_off_t, _ origin: Int32) -> Int32 {
    guard offset == 0, origin == SEEK_SET else { return Int32(CURL_SEEKFUNC_CANTSEEK) }
    transfer(context)?.rewind()
    return Int32(CURL_SEEKFUNC_OK)
}

private func openSocket(
    _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let transfer = transfer(context), let address else { return CURL_SOCKET_BAD }
    return transfer.open(address)
}
