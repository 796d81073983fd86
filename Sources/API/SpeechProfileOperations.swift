internal import Admission
internal import Conversations
internal import Framing
internal import Live
internal import Protocols
internal import Speakers
internal import Speech
internal import Store

/// Operations on the profile of the user's voice.
struct SpeechProfileOperations: Sendable {
    let profiles: SpeechProfiles

    var all: [APIOperation] {
        [
            APIOperation(
                .get, "/v3/speech-profile", .read, summary: "Says if the user has a speech profile.",
                answer: .object([.init("has_profile", "boolean", required: true, "Whether there is one.")])
            ) { request throws(APIError) in
                let profile = try await samples(request).profile
                return Self.object { $0.member("has_profile", profile != nil) }
            },
            APIOperation(
                .delete, "/v3/speech-profile", .write,
                summary: "Forgets the user's voice: the profile, all recordings, and what was learned from them. The user's words stay.",
                answer: .nothing
            ) { request throws(APIError) in
                try await APIError.stored { () throws(StoreError) in try await profiles.forget(request.user) }
                return .nothing
            },
            APIOperation(
                .get, "/v4/speech-profile", .read, summary: "Returns the path of the speech profile's audio.",
                answer: .object([.init("url", "string", "The path of the profile's audio; null: the user has no profile.")])
            ) { request throws(APIError) in
                let profile = try await samples(request).profile
                return Self.object { $0.member("url", optional: profile.map { _ in SpeechProfiles.audioPath }) }
            },
            APIOperation(
                .get, "/v3/speech-profile/status", .read, summary: "Describes the user's speech profile.",
                answer: .object([
                    .init("has_profile", "boolean", required: true, "Whether there is one."),
                    .init("duration_seconds", "number", required: true, "The seconds of the profile's speech, and five more."),
                    .init("sample_count", "integer", required: true, "Recordings of the user's voice."),
                    .init("url", "string", "The path of the profile's audio."),
                ])
            ) { request throws(APIError) in
                let (profile, others) = try await samples(request)
                let duration = profile.map { profiles.duration(of: $0) } ?? .zero
                return Self.object {
                    $0.member("has_profile", profile != nil)
                    $0.member("duration_seconds", duration / .seconds(1), decimals: 3)
                    $0.member("sample_count", others.count + (profile == nil ? 0 : 1))
                    $0.member("url", optional: profile.map { _ in SpeechProfiles.audioPath })
                }
            },
            APIOperation(
                .get, "/v3/speech-profile/stt-availability", .read, summary: "Says if a profile can be made now.",
                answer: .object([.init("available", "boolean", required: true, "True if an engine can compare voices now.")])
            ) { request throws(APIError) in
                let isAvailable = profiles.isAvailable
                return Self.object { $0.member("available", isAvailable) }
            },
            APIOperation(.get, SpeechProfiles.audioPath, .read, summary: "Returns the profile's audio: Opus in Ogg.", answer: .content("audio/ogg")) {
                request throws(APIError) in
                guard let file = try await samples(request).profile?.file else {
                    throw APIError(.notFound, "not_found", "The user has no speech profile.")
                }
                return APIAnswer(contentType: "audio/ogg", blobs: StoredContent([file], in: profiles.service.audio))
            },
            APIOperation(
                .get, SpeechSampleAddress.folder, .read,
                summary: "Lists the addresses of the recordings that were added to the user's profile, the oldest first.",
                query: [SpeechSampleSelection.person], answer: .list("string")
            ) { request throws(APIError) in
                let owner = SpeechSampleSelection.owner(request.query)
                let listed = try await recordings(of: owner, request)
                return .json { $0.array(listed.map { SpeechSampleAddress($0.id, of: owner).path }) }
            },
            APIOperation(
                .get, SpeechSampleAddress.folder + "/{name}", .read, summary: "Returns the audio of a recording that the list names: Opus in Ogg.",
                query: [SpeechSampleSelection.person], answer: .content("audio/ogg")
            ) { request throws(APIError) in
                let name = request.parameters["name"] ?? "", owner = SpeechSampleSelection.owner(request.query)
                let address = SpeechSampleAddress(name: name, of: owner)
                guard let sample = try await recordings(of: owner, request).first(where: { $0.id == address?.sample }) else {
                    throw .notFound("recording", name)
                }
                guard let file = sample.file else { throw APIError(.notFound, "not_found", "The recording's audio is not kept.") }
                return APIAnswer(contentType: "audio/ogg", blobs: StoredContent([file], in: profiles.service.audio))
            },
            APIOperation(
                .delete, SpeechSampleAddress.folder, .write,
                summary: "Deletes one recording that was added to the user's profile; or, with all=true, all of them.",
                query: SpeechSampleSelection.fields, answer: .object([.init("status", "string", required: true, "ok.")])
            ) { request throws(APIError) in
                let selection = try SpeechSampleSelection(request.query)
                guard let chosen = selection.chosen(from: try await recordings(of: selection.owner, request)) else {
                    throw .notFound("recording", request.query.first("memory_id") ?? request.query.first("id") ?? "")
                }
                try await APIError.stored { () throws(StoreError) in try await profiles.remove(chosen, of: request.user) }
                return Self.object { $0.member("status", "ok") }
            },
        ].map { operation in
            var operation = operation
            operation.root = ""
            return operation
        }
    }

    private func samples(_ request: APIRequest) async throws(APIError) -> (profile: SpeechSample?, others: [SpeechSample]) {
        try await APIError.stored { () throws(StoreError) in try await profiles.samples(of: request.user) }
    }

    private func recordings(of owner: Voice.Owner, _ request: APIRequest) async throws(APIError) -> [SpeechSample] {
        try await APIError.stored { () throws(StoreError) in try await profiles.additions(of: owner, of: request.user) }
    }

    private static func object(_ write: (inout JSONWriter) -> Void) -> APIAnswer {
        .json { json in
            json.beginObject()
            write(&json)
            json.endObject()
        }
    }
}
