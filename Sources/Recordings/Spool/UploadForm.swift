package import Admission
internal import Framing
package import Net
package import Protocols
internal import Speech

/// A `multipart/form-data` body: its fields, and its files, which are in the spool.
package struct UploadForm: Sendable {
    package struct Field: Sendable {
        package var name: String
        package var value: String
    }

    package struct File: Sendable {
        /// File name from the client; not to be used as a path.
        package var name: String
        package var content: SpooledFile
    }

    /// Limits for a form.
    package struct Limits: Sendable {
        package var body: Int
        package var fields = 256
        /// Maximum number of bytes in the values of all fields together. They are in memory until the form's recording is recognized.
        package var fieldBytes = 8 << 20
        /// Maximum number of files. If the maximum is 1, a second file replaces the first file. Otherwise, more files are rejected.
        package var files = 1

        package init(body: Int) { self.body = body }
    }

    package var fields: [Field] = []
    package var files: [File] = []
    package var file: SpooledFile? { files.first?.content }

    /// Reads the request's form. Files are written to the spool while they come.
    ///
    /// - Parameters:
    ///   - fileField: the name of the fields that hold a file.
    ///   - caller: the caller whose account holds the files.
    package static func read(
        _ exchange: HTTPExchange, fileField: String, spool: Spool, id: String, limits: Limits, by caller: Caller
    ) async throws(RequestError) -> UploadForm {
        let parser: MultipartParser
        do {
            parser = try MultipartParser(
                contentType: exchange.request.headers["Content-Type"] ?? "", limits: .init(parts: limits.fields + limits.files))
        } catch {
            throw .badRequest(error.description)
        }
        let hold = try spool.hold(for: caller, exchange.request, limit: limits.body)
        let result: Result<UploadForm, RequestError> = await withCheckedContinuation { continuation in
            let isTaken = exchange.loop.execute {
                let reader = Reader(parser, fileField: fileField, spool: spool, hold: hold, id: id, limits: limits, exchange: exchange) {
                    continuation.resume(returning: $0)
                }
                reader.start()
            }
            if !isTaken { continuation.resume(returning: .failure(.incompleteBody)) }
        }
        return try result.get()
    }

    /// Parses the body while it comes. Belongs to the exchange's loop, and lives as long as the body's closures.
    private final class Reader {
        private let fileField: String
        private let spool: Spool
        private let hold: DiskHold
        private let id: String
        private let limits: Limits
        private let exchange: HTTPExchange
        private let done: (Result<UploadForm, RequestError>) -> Void
        private var parser: MultipartParser
        private var form = UploadForm()
        private var part: MultipartPart?
        private var value: [UInt8] = []
        /// Number of bytes in the values of all fields so far.
        private var fieldBytes = 0
        private var writers: [(name: String, file: SpoolWriter)] = []
        private var files = 0
        private var requestError: RequestError?
        private var received = 0

        init(
            _ parser: MultipartParser, fileField: String, spool: Spool, hold: DiskHold, id: String, limits: Limits, exchange: HTTPExchange,
            done: @escaping (Result<UploadForm, RequestError>) -> Void
        ) {
            self.parser = parser
            self.fileField = fileField
            self.spool = spool
            self.hold = hold
            self.id = id
            self.limits = limits
            self.exchange = exchange
            self.done = done
        }

        func start() {
            exchange.readBody(limit: limits.body) { chunk in
                self.take(chunk)
            } end: { result in
                self.end(result)
            }
        }

        private func take(_ chunk: RawSpan) {
            received += chunk.byteCount
            // Bytes after a fault are read and dropped, so that the answer reaches clients that send everything before they read.
            guard requestError == nil else { return }
            var offset = 0
            do throws(MultipartError) {
                while requestError == nil, let event = try parser.next(chunk, from: &offset) { take(event, in: chunk) }
            } catch {
                requestError = .badRequest(error.description)
            }
        }

        private func take(_ event: MultipartEvent, in chunk: RawSpan) {
            switch event {
            case .part(let part):
                self.part = part
                value = []
                guard part.name == fileField else { return }
                if limits.files == 1 {
                    dropFiles()
                } else if files == limits.files {
                    requestError = .badRequest("The form holds more than \(limits.files) files.")
                    return
                }
                files += 1
                let writer = SpoolWriter(spool, id: files == 1 ? id : "\(id)-\(files)", hold: hold, on: exchange.loop)
                writer.hold = { [weak exchange] hold in hold ? exchange?.pauseBody() : exchange?.resumeBody() }
                writers.append((part.filename ?? "", writer))
            case .data(let bytes):
                bytes.withSpan(in: chunk) { span in
                    if part?.name == fileField {
                        writers.last?.file.write(span)
                    } else if fieldBytes + span.byteCount <= limits.fieldBytes {
                        fieldBytes += span.byteCount
                        span.withUnsafeBytes { value.append(contentsOf: $0) }
                    } else {
                        let name = part?.name.prefix(bytes: 80) ?? ""
                        requestError = .invalidField("With \(name), the fields of the form have more than \(limits.fieldBytes) bytes.", name: name)
                    }
                }
            case .partEnd:
                if let part, part.name != fileField {
                    guard let text = String(validating: value, as: UTF8.self) else {
                        let name = part.name.prefix(bytes: 80)
                        requestError = .invalidField("The field \(name) is not UTF-8.", name: name)
                        return
                    }
                    form.fields.append(Field(name: part.name, value: text))
                }
                part = nil
            case .end: break
            }
        }

        private func end(_ result: Result<Void, BodyError>) {
            if case .success = result, requestError == nil {
                do throws(MultipartError) { try parser.finish() } catch { requestError = .badRequest(error.description) }
            }
            if case .failure(let error) = result { requestError = RequestError(error, received: received) }
            if let requestError {
                dropFiles()
                return done(.failure(requestError))
            }
            finish(writers[...])
        }

        /// Finishes one file after the other, and then the form.
        private func finish(_ rest: ArraySlice<(name: String, file: SpoolWriter)>) {
            guard let (name, file) = rest.first else {
                hold.end()
                return done(.success(form))
            }
            file.finish { [self] written in
                switch written {
                case .success(let content):
                    form.files.append(File(name: name, content: content))
                    finish(rest.dropFirst())
                case .failure(let failure):
                    for (_, other) in rest.dropFirst() { other.cancel() }
                    done(.failure(failure.requestError))
                }
            }
        }

        private func dropFiles() {
            for (_, file) in writers { file.cancel() }
            writers = []
        }
    }
}
