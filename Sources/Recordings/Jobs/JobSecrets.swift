internal import Admission
internal import Framing
internal import Net
package import Observability
package import Protocols
package import Speech
package import Store

/// Encrypts the credentials for callers' servers, so that the database does not have them in clear text.
package struct JobSecrets: Sendable {
    private let key: SealingKey

    /// - Parameter directory: the data directory whose installation secret is used. The secret is made if it does not exist.
    package init(of directory: DataDirectory) throws(StoreError) {
        key = SealingKey(secret: try InstallationSecret(of: directory).bytes, purpose: "harken-job-secrets")
    }

    /// Returns an order as it may be stored, and separately the encrypted value of the webhook's header; nil when the order has no such header.
    package func sealed(
        _ body: [UInt8], _ webhook: JobWebhook?, of id: ID<TranscriptionJob>
    ) throws(RequestError) -> (request: String, sealed: [UInt8]?) {
        guard let value = webhook?.header?.value else { return (String(decoding: body, as: UTF8.self), nil) }
        guard let stored = JobWebhook.replacingHeader(in: body, by: "encrypted") else { throw .internalError }
        do throws(TLSError) {
            return (String(decoding: stored, as: UTF8.self), try key.seal(Array(value.utf8), place: id.rawValue))
        } catch {
            throw .internalError
        }
    }

    /// Returns the job with its header decrypted, for the notification; without the header when it cannot be decrypted.
    package func opened(_ job: TranscriptionJob, _ log: Log) -> TranscriptionJob {
        guard let sealed = job.sealed else { return job }
        var job = job
        let value = key.open(sealed, place: job.id.rawValue).map { String(decoding: $0, as: UTF8.self) }
        if value == nil { log.error("a webhook is sent without its header, because the header cannot be decrypted", [.request: job.id.rawValue]) }
        if let request = JobWebhook.replacingHeader(in: Array(job.request.utf8), by: value) {
            job.request = String(decoding: request, as: UTF8.self)
        }
        return job
    }
}
