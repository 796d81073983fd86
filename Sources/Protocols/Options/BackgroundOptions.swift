/// The members that clients of the routes for background work give: recordings in chunks, and files of devices that were offline.
package enum BackgroundOptions {
    /// The members of the body of `background-conversation/start`.
    package static let start = OptionTable(
        OptionTable.harken,
        [
            VendorOption("language", .gateway, #""de""#, in: [.recorded]),
            VendorOption("source", .gateway, #""phone""#, in: [.recorded]),
            VendorOption("client_conversation_id", .gateway, #""84c32fc6-4fb5-4e7a-b656-b5ec70493753""#, in: [.recorded]),
            VendorOption("title", .gateway, #""A call""#, in: [.recorded]),
            VendorOption("started_at", .gateway, #""2026-01-31T11:00:00Z""#, in: [.recorded]),
        ])

    /// The parameters of `background-transcribe`.
    package static let chunk = OptionTable(
        OptionTable.harken,
        [
            VendorOption("conversation_id", .gateway, "84c32fc6-4fb5-4e7a-b656-b5ec70493753", in: [.recorded]),
            VendorOption("chunk_id", .gateway, "c1", in: [.recorded]),
            VendorOption("chunk_start_ms", .gateway, "15000", in: [.recorded]),
            VendorOption("sample_rate", .gateway, "48000", in: [.recorded]),
            VendorOption("channels", .gateway, "1", in: [.recorded]),
            VendorOption("track", .gateway, "2", in: [.recorded]),
            VendorOption("encoding", .gateway, "wav", in: [.recorded]),
            VendorOption("language", .gateway, "de", in: [.recorded]),
            VendorOption("keywords", .gateway, "Harken", in: [.recorded]),
            VendorOption("persist", .gateway, "false", in: [.recorded]),
            VendorOption("started_at", .gateway, "2026-01-31T11:00:00Z", in: [.recorded]),
        ])

    /// The parameters, or fields of the form, of `/v2/sync-local-files`.
    package static let files = OptionTable(
        OptionTable.harken,
        [
            VendorOption("files", .gateway, "", in: [.recorded]),
            VendorOption("language", .gateway, "de", in: [.recorded]),
            VendorOption("source", .gateway, "phone", in: [.recorded]),
            VendorOption("track", .gateway, "2", in: [.recorded]),
            VendorOption("started_at", .gateway, "2026-01-31T11:00:00Z", in: [.recorded]),
        ])
}
