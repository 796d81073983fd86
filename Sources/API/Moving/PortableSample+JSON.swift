internal import Conversations
internal import Framing
internal import Speech
internal import Store

extension PortableSample {
    /// - Parameter entry: name of the archive's file with the audio; nil when the archive has none.
    func write(to json: inout JSONWriter, entry: String?) {
        json.beginObject()
        json.member("id", id.rawValue)
        json.members(of: owner)
        json.member("duration", exact: duration)
        json.member("created_at", created.rfc3339)
        json.member("voice_id", optional: voice?.rawValue)
        json.member("makes_voice", makesVoice)
        json.key("segments")
        json.beginArray()
        for source in sources {
            json.beginObject()
            json.member("conversation_id", source.conversation.rawValue)
            json.member("segment_id", source.segment.rawValue)
            json.endObject()
        }
        json.endArray()
        json.member("model", optional: model)
        json.member("voiceprint", exact: direction)
        json.member("entry", optional: entry)
        json.endObject()
    }

    /// Reads what `write` has written, without the name of the archive's file.
    init(_ json: JSONView) throws(DocumentFault) {
        guard let id = json.id("id", as: SpeechSample.self) else { throw DocumentFault("a sample has no id") }
        guard let duration = json["duration"].seconds, let created = json.time("created_at"), let direction = json["voiceprint"].floats else {
            throw DocumentFault("the sample \(id.shown) lacks its duration, time or voiceprint")
        }
        let model = json["model"].string
        guard direction.isEmpty || Voiceprint(direction, model: model ?? "") != nil else {
            throw DocumentFault("the voiceprint of the sample \(id.shown) cannot be used")
        }
        let segments = json["segments"]
        guard segments.count <= ConversationLimits.sampleSources else { throw DocumentFault("the sample \(id.shown) has too many segments") }
        var sources: [Source] = []
        for index in 0..<segments.count {
            guard let conversation = segments[index].id("conversation_id", as: Conversation.self),
                let segment = segments[index].id("segment_id", as: Segment.self)
            else { throw DocumentFault("the sample \(id.shown) has a segment without its ids") }
            sources.append(Source(segment, in: conversation))
        }
        self.init(
            id: id, owner: json.owner, duration: duration, model: model, direction: direction, created: created,
            voice: json.id("voice_id", as: Voice.self), makesVoice: json["makes_voice"].bool == true, sources: sources)
    }
}
