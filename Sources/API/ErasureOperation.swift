internal import Admission
internal import Framing
internal import Live
internal import Store

/// The operation that tells whether deleted data has left the gateway's files.
struct ErasureOperation: Sendable {
    let store: any RetentionStore
    let erasure: ErasureService

    var all: [APIOperation] {
        [
            APIOperation(
                .get, "/erasure", .read, .write, .admin,
                summary: """
                    Tells whether all data that was deleted has left the database and the files. Deletions are erased together, a few seconds after the first \
                    of them; another program that reads the database holds this up. What an edit has replaced is erased within an hour, from the \
                    index of words within a day, and does not count here.
                    """,
                answer: .object([
                    .init(
                        "erased", "boolean", required: true,
                        "True if nothing that was deleted before, by any user, is in the database or a file of audio. Otherwise: ask again."),
                    .init(
                        "held_by", "[string]",
                        """
                        The places where deleted speech still is because it could not be erased: journal, transcripts. The gateway's log says why, and the \
                        gateway tries it again within a minute. Absent when there are none.
                        """),
                ])
            ) { _ throws(APIError) in
                let isErasing = try await APIError.stored { () throws(StoreError) in try await store.isErasing() }
                let places = await erasure.unerasedPlaces()
                return .json { json in
                    json.beginObject()
                    json.member("erased", !isErasing && places.isEmpty)
                    if !places.isEmpty {
                        json.key("held_by")
                        json.array(places.map(\.rawValue))
                    }
                    json.endObject()
                }
            }
        ]
    }
}
