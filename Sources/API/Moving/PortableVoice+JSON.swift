internal import Conversations
internal import Framing
internal import Protocols
internal import Speech
internal import Store

extension PortableVoice {
    func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", id.rawValue)
        json.member("label", "Speaker \(number)")
        json.member("number", number)
        json.members(of: owner)
        json.member("evidence", exact: evidence)
        json.member("created_at", created.rfc3339)
        json.member("adopted_at", optional: adoption?.time.rfc3339)
        json.member("adoption_distance", exact: adoption?.distance)
        json.member("joined_to", optional: joined?.rawValue)
        json.key("rejected_owners")
        json.beginArray()
        for owner in rejected {
            json.beginObject()
            json.members(of: owner)
            json.endObject()
        }
        json.endArray()
        json.member("model", model)
        json.member("voiceprint", exact: direction)
        json.endObject()
    }

    /// Reads what `write` has written.
    init(_ json: JSONView) throws(DocumentFault) {
        guard let id = json.id("id", as: Voice.self) else { throw DocumentFault("a voice has no id") }
        guard let number = json["number"].int, let evidence = json["evidence"].seconds, let created = json.time("created_at"),
            let model = json["model"].string, let direction = json["voiceprint"].floats
        else { throw DocumentFault("the voice \(id.shown) lacks its number, evidence, time, model or voiceprint") }
        let joined = json.id("joined_to", as: Voice.self)
        guard joined != nil || Voiceprint(direction, model: model) != nil else {
            throw DocumentFault("the voiceprint of the voice \(id.shown) cannot be used")
        }
        var adoption: Voice.Adoption?
        if let time = json.time("adopted_at") { adoption = Voice.Adoption(time, distance: Float(json["adoption_distance"].double ?? 0)) }
        let owners = json["rejected_owners"]
        guard owners.count <= ConversationLimits.rejectedOwners else { throw DocumentFault("the voice \(id.shown) has too many rejected owners") }
        self.init(
            id: id, number: number, owner: json.owner, model: model, direction: direction, evidence: evidence, created: created,
            adoption: adoption, joined: joined, rejected: (0..<owners.count).map { owners[$0].owner })
    }
}
