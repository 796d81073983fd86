internal import Framing
internal import Net
internal import Protocols

/// A `multipart/form-data` body: its fields, and its one file in the spool.
struct UploadForm: Sendable {
    struct Field: Sendable {
        var name: String
        var value: String
    }

    /// What a form may hold.
    struct Limits: Sendable {
        var body: Int
        var fields = 256
        var fieldBytes = 65_536
    }

    var fields: [Field] = []
    var file: SpooledFile?

    /// Reads the request's form. The file goes to the spool as it comes; a second file of the same name takes the first one's place.
    ///
    /// - Parameter fileField: the name of the field that holds the file.
    static func read(
        _ exchange: HTTPExchange, fileField: String, spool: Spool, id: String, limits: Limits
    ) async throws(RefusalCause) -> UploadForm {
        let parser: MultipartParser
        do {
            parser = try MultipartParser(contentType: exchange.request.headers["Content-Type"] ?? "", limits: .init(parts: limits.fields + 1))
        } catch {
            throw .badRequest(error.description)
        }
        let result: Result<UploadForm, RefusalCause> = await withCheckedContinuation { continuation in
            exchange.loop.execute {
                let reader = Reader(parser, fileField: fileField, spool: spool, id: id, limits: limits, exchange: exchange) {
                    continuation.resume(returning: $0)
                }
                reader.start()
            }
        }
        return try result.get()
    }

    /// Takes the body apart as it comes. Belongs to the exchange's loop, and lives as long as the body's closures do.
    private final class Reader {
        private let fileField: String
        private let spool: Spool
        private let id: String
        private let limits: Limits
        private let exchange: HTTPExchange
        private let done: (Result<UploadForm, RefusalCause>) -> Void
        private var parser: MultipartParser
        private var form = UploadForm()
        private var part: MultipartPart?
        private var value: [UInt8] = []
        private var writer: SpoolWriter?
        private var files = 0
        private var fault: RefusalCause?
        private var received = 0

        init(
            _ parser: MultipartParser, fileField: String, spool: Spool, id: String, limits: Limits, exchange: HTTPExchange,
            done: @escaping (Result<UploadForm, RefusalCause>) -> Void
        ) {
            self.parser = parser
            self.fileField = fileField
            self.spool = spool
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
            // What follows a fault is read and dropped, so that the answer reaches a client that sends first and reads after.
            guard fault == nil else { return }
            var offset = 0
            do throws(MultipartError) {
                while fault == nil, let event = try parser.next(chunk, from: &offset) { take(event, in: chunk) }
            } catch {
                fault = .badRequest(error.description)
            }
        }

        private func take(_ event: MultipartEvent, in chunk: RawSpan) {
            switch event {
            case .part(let part):
                self.part = part
                value = []
                guard part.name == fileField else { return }
                writer?.cancel()
                files += 1
                writer = SpoolWriter(spool, id: files == 1 ? id : "\(id)-\(files)", on: exchange.loop)
                writer?.hold = { [weak exchange] hold in hold ? exchange?.pauseBody() : exchange?.resumeBody() }
            case .data(let bytes):
                bytes.withSpan(in: chunk) { span in
                    if part?.name == fileField {
                        writer?.write(span)
                    } else if value.count + span.byteCount <= limits.fieldBytes {
                        span.withUnsafeBytes { value.append(contentsOf: $0) }
                    } else {
                        fault = .badRequest("The field \(part?.name.prefix(80) ?? "") is longer than \(limits.fieldBytes) bytes.")
                    }
                }
            case .partEnd:
                if let part, part.name != fileField {
                    guard let text = String(validating: value, as: UTF8.self) else {
                        fault = .badRequest("The field \(part.name.prefix(80)) is not UTF-8.")
                        return
                    }
                    form.fields.append(Field(name: part.name, value: text))
                }
                part = nil
            case .end: break
            }
        }

        private func end(_ result: Result<Void, BodyError>) {
            if case .success = result, fault == nil {
                do throws(MultipartError) { try parser.finish() } catch { fault = .badRequest(error.description) }
            }
            if case .failure(let error) = result { fault = RefusalCause(error, received: received) }
            if let fault {
                writer?.cancel()
                done(.failure(fault))
            } else if let writer {
                let form = form, done = done
                writer.finish { written in
                    done(written.mapError { _ in .unavailable("The gateway's disk is full.") }.map { UploadForm(fields: form.fields, file: $0) })
                }
            } else {
                done(.success(form))
            }
        }
    }
}
