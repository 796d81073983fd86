internal import Framing
internal import Net
package import Protocols

/// Fetches recordings from URLs that callers name: from public addresses only, with a limited size, and only when the operator allows it.
package struct RemoteRecording: Sendable {
    package let services: RecordingServices

    package init(services: RecordingServices) {
        self.services = services
    }

    /// - Parameter owner: the owner whose account holds the file.
    package func fetch(_ url: String, id: String, limit: Int, for owner: DiskOwner) async throws(RequestError) -> SpooledFile {
        guard services.settings.fetchesURLs else {
            throw .remoteContent("This gateway does not fetch URLs; send the recording itself.")
        }
        let hold = try services.spool.budget.open(owner, announced: nil)
        let path = services.spool.path(for: id)
        var request = HTTPClientRequest(.get, url)
        request.destination = .file(path: path)
        request.responseLimit = limit
        request.reach = services.settings.fetchReach
        request.redirects = .followed(limit: 5)
        request.timeout = .seconds(600)
        request.mayWrite = { hold.take($0) }
        do {
            let response = try await services.client.send(request)
            let file = try await SpooledFile(hashing: path, spool: services.spool, hold: hold)
            hold.end()
            guard response.status.code == 200 else {
                throw RequestError.remoteContent(
                    "The remote server hosting the media returned \(response.status.code < 500 ? "a client" : "a server") error: \(response.status).")
            }
            return file
        } catch let error as RequestError {
            throw error
        } catch let error as HTTPClientError {
            SpooledFile.discard(path)
            throw hold.requestError ?? .remoteContent(error.explanation)
        } catch {
            SpooledFile.discard(path)
            throw .internalError
        }
    }
}

extension HTTPClientError {
    /// The reason in a form for the caller who named the URL, without any content of the URL's answer.
    fileprivate var explanation: String {
        switch self {
        case .malformedURL: "The URL is not one of http or https."
        case .unresolved: "The URL's host has no address."
        case .addressRejected: "The URL leads to a private address."
        case .unreachable: "The URL's host does not answer."
        case .timedOut: "The URL's host takes too long."
        case .untrusted, .tls: "The URL's host has no valid certificate."
        case .redirectionRejected: "The URL redirects too often, or to an address that is not allowed."
        case .tooLarge(let limit): "The recording is longer than \(limit) bytes."
        case .file: "The gateway's disk is full."
        case .unsendable, .cancelled, .failed: "The recording could not be fetched."
        }
    }
}
