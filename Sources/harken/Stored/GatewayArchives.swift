import API
import Framing

/// The archives of a key's user behind a gateway's API.
struct GatewayArchives: UserArchives {
    let api: GatewayAPI

    func write(to path: String, withAudio: Bool, wrote: @escaping @Sendable (Int) -> Void) async throws {
        var query = URLQuery()
        query.add("audio", withAudio ? "true" : "false")
        guard try await api.download("/users/me/export", query, to: path, wrote: wrote) else { throw older }
    }

    func importArchive(_ path: String, read: @escaping @Sendable (Int) -> Void) async throws -> [UInt8] {
        let report = try await api.send(file: path, to: "/users/me/import", type: ExportFormat.mediaType, sent: read)
        guard let report else { throw older }
        return report
    }

    private var older: GatewayError { GatewayError("\(api.address.url) is an older version of Harken that cannot do this; upgrade it") }
}
