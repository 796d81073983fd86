internal import Framing
internal import Net
package import Observability
package import Protocols
package import Speech
package import Store

/// Keeps what callers' servers are shown as a credential out of the database's clear text.
package struct JobSecrets: Sendable {
    private let key: SealingKey

    /// - Parameter directory: its installation secret is used; made unless it is there.
    package init(of directory: DataDirectory) throws(StoreError) {
        let secret = try InstallationSecret(of: directory, mayCreate: true) { (count) throws(StoreError) in
            do throws(TLSError) { return try secureRandomBytes(count) } catch { throw .cryptography("the system has no random bytes") }
        }
        key = SealingKey(secret: secret.bytes, purpose: "harken-job-secrets")
    }

    /// An order of AssemblyAI's as it may be stored, and the value of the webhook's header apart and encrypted; nil: it has none.
    package func sealed(
        _ body: [UInt8], _ request: AssemblyAIPrerecordedRequest, of id: ID<TranscriptionJob>
    ) throws(RefusalCause) -> (request: String, sealed: [UInt8]?) {
        guard let value = request.webhook?.header?.value else { return (String(decoding: body, as: UTF8.self), nil) }
        guard let stored = AssemblyAIPrerecordedRequest.replacingHeader(in: body, by: "encrypted") else { throw .internalFault }
        do throws(TLSError) {
            return (String(decoding: stored, as: UTF8.self), try key.seal(Array(value.utf8), place: id.rawValue))
        } catch {
            throw .internalFault
        }
    }

    /// The job with its header in clear, for the notice; without the header, when that cannot be decrypted.
    package func opened(_ job: TranscriptionJob, _ log: Log) -> TranscriptionJob {
        guard let sealed = job.sealed else { return job }
        var job = job
        let value = key.open(sealed, place: job.id.rawValue).map { String(decoding: $0, as: UTF8.self) }
        if value == nil { log.error("a webhook goes without its header: it cannot be decrypted", [.request: job.id.rawValue]) }
        if let request = AssemblyAIPrerecordedRequest.replacingHeader(in: Array(job.request.utf8), by: value) {
            job.request = String(decoding: request, as: UTF8.self)
        }
        return job
    }
}
