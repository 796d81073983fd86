internal import Admission
internal import Framing
internal import Live

/// The operation that tells administrators whether the gateway drains, and what it waits for.
struct DrainOperation: Sendable {
    let admission: Admission
    let contexts: LiveContexts

    var all: [APIOperation] {
        [
            APIOperation(
                .get, "/admin/drain", .admin, summary: "Tells whether the gateway drains, and how many live sessions are open.",
                answer: .object([
                    .init("draining", "boolean", required: true, "True if no new session is begun."),
                    .init("open", "integer", required: true, "Live sessions that are open."),
                ])
            ) { _ throws(APIError) in
                let open = await contexts.sessionCount()
                return .json { json in
                    json.beginObject()
                    json.member("draining", admission.isDraining)
                    json.member("open", open)
                    json.endObject()
                }
            }
        ]
    }
}
