package import Framing
package import Protocols
package import Speech
package import Store

/// Deepgram's requests with a callback: accepted at once, reported when they are done, and then deleted.
package struct DeepgramJobs: JobProtocol {
    package static let dialect = "deepgram"

    let keepsResults = false

    /// Returns the stored form of the order: everything that must be known later, also after a restart.
    package static func order(query: URLQuery, sha256: String) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.member("query", query.encoded)
        json.member("sha256", sha256)
        json.endObject()
        return json.text
    }

    private func request(of job: TranscriptionJob, _ context: HandshakeContext) -> (DeepgramPrerecordedRequest, sha256: String)? {
        guard let document = try? JSONDocument(parsing: Array(job.request.utf8)), let query = document.root["query"].string,
            let head = try? HTTPRequestHead(.post, "/v1/listen?" + query),
            case .success(let request) = DeepgramPrerecordedRequest.parse(head, context)
        else { return nil }
        return (request, document.root["sha256"].string ?? "")
    }

    package func order(of job: TranscriptionJob, _ context: HandshakeContext) -> JobOrder? {
        request(of: job, context).map { JobOrder(options: $0.0.options, format: $0.0.format) }
    }

    package func error(in transcript: Transcript, of job: TranscriptionJob) -> String? { nil }

    /// Returns the whole body of the callback.
    package func reason(_ error: RequestError, of job: TranscriptionJob) -> String {
        String(decoding: DeepgramErrorResponse.make(error, requestID: job.id.rawValue).body, as: UTF8.self)
    }

    package func notice(of job: TranscriptionJob, _ outcome: JobOutcome, _ context: HandshakeContext) -> Callback? {
        guard let (request, sha256) = request(of: job, context), let callback = request.callback else { return nil }
        let body: [UInt8]
        switch outcome {
        case .completed(let transcript):
            body = DeepgramPrerecordedAnswer.body(
                transcript, for: request, requestID: job.id.rawValue, sha256: sha256, created: job.created)
        // A reason that `reason(_:of:)` did not write does not have the protocol's form yet.
        case .failed(let reason) where !reason.hasPrefix("{"):
            body = DeepgramErrorResponse.make(.unavailable(reason), requestID: job.id.rawValue).body
        case .failed(let reason): body = Array(reason.utf8)
        }
        var headers = HTTPHeaders()
        // The header has the key's id, not the key.
        if let key = job.key { headers.add("dg-token", key.rawValue) }
        return Callback(address: callback.address, method: callback.method, headers: headers, body: body, promise: .deepgram)
    }
}
