internal import Framing
internal import Net
internal import Protocols
internal import Speech
internal import Store

/// The caller themselves, and the keys of their own that they use at vendors.
enum UserOperations {
    static let all: [APIOperation] = [
        APIOperation(
            .get, "/users/me", .read, .listen, .transcribe, summary: "Who the caller is.",
            answer: .object([.init("id", "string", required: true, "The user.")])
        ) { request throws(APIFailure) in
            .json { json in
                json.beginObject()
                json.member("id", request.user.rawValue)
                json.endObject()
            }
        },
        APIOperation(
            .get, "/users/me/provider-keys", .read, summary: "Vendors at which the user has enrolled a key of their own.",
            answer: .object([.init("provider_keys", "[object]", required: true, "Each with provider, fingerprint, created_at.")])
        ) { request throws(APIFailure) in
            let keys = try await APIFailure.stored { () throws(StoreError) in try await request.store.providerKeys(of: request.user) }
            return .json { json in
                json.beginObject()
                json.key("provider_keys")
                json.beginArray()
                for key in keys { write(key, to: &json) }
                json.endArray()
                json.endObject()
            }
        },
        APIOperation(
            .put, "/users/me/provider-keys/{provider}", .write,
            summary: "Enrols a key of the user's own at a vendor. Only its fingerprint is kept.",
            body: [.init("key", "string", required: true, "The vendor's key.")],
            answer: .object([.init("fingerprint", "string", required: true, "SHA-256 of the key, in hexadecimal; with provider and created_at.")])
        ) { request throws(APIFailure) in
            let provider = EngineName(try provider(request))
            let digest = SHA256.digest(Array(try request.needed("key").utf8))
            guard !digest.isEmpty else { throw APIFailure(.internalFault) }
            let fingerprint = digest.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }.joined()
            let key = ProviderKey(provider: provider, fingerprint: fingerprint, created: request.gateway.now())
            try await APIFailure.stored { () throws(StoreError) in try await request.store.set(key, of: request.user) }
            return .json { write(key, to: &$0) }
        },
        APIOperation(
            .delete, "/users/me/provider-keys/{provider}", .write, summary: "Takes an enrolment back.", answer: .nothing
        ) { request throws(APIFailure) in
            let provider = try provider(request)
            let isDone = try await APIFailure.stored { () throws(StoreError) in
                try await request.store.removeProviderKey(EngineName(provider), of: request.user)
            }
            guard isDone else { throw .notFound("enrolled key for", provider) }
            return .nothing
        },
    ]

    private static func provider(_ request: APIRequest) throws(APIFailure) -> String {
        let name = request.parameters["provider"] ?? ""
        guard Catalogue.vendors.contains(where: { $0.name.rawValue == name }) else {
            throw .notFound("vendor", name)
        }
        return name
    }

    private static func write(_ key: ProviderKey, to json: inout JSONWriter) {
        json.beginObject()
        json.member("provider", key.provider.rawValue)
        json.member("fingerprint", key.fingerprint)
        json.member("created_at", key.created.rfc3339)
        json.endObject()
    }
}
