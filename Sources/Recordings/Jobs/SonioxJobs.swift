internal import Framing
package import Protocols
package import Speech
package import Store

/// Soniox's jobs: `POST /v1/transcriptions` orders them, and a webhook reports their end.
package struct SonioxJobs: JobProtocol {
    package static let dialect = "soniox"
    let keepsResults = true

    package static func request(of job: TranscriptionJob) -> SonioxPrerecordedRequest? {
        try? SonioxPrerecordedRequest(Array(job.request.utf8))
    }

    package func order(of job: TranscriptionJob, _ context: HandshakeContext) -> JobOrder? {
        Self.request(of: job).map { JobOrder(options: $0.options, format: .container) }
    }

    package func error(in transcript: Transcript, of job: TranscriptionJob) -> String? { nil }

    package func reason(_ error: RequestError, of job: TranscriptionJob) -> String { SonioxJobError(error).stored }

    package func notice(of job: TranscriptionJob, _ outcome: JobOutcome, _ context: HandshakeContext) -> Callback? {
        guard let webhook = Self.request(of: job)?.webhook else { return nil }
        var json = JSONWriter()
        json.beginObject()
        json.member("id", job.id.rawValue)
        switch outcome {
        case .completed: json.member("status", literal: "completed")
        case .failed: json.member("status", literal: "error")
        }
        json.endObject()
        var headers = HTTPHeaders()
        if let header = webhook.sentHeader { headers.add(header.name, header.value) }
        return Callback(address: webhook.address, headers: headers, body: json.bytes, promise: .soniox)
    }
}
