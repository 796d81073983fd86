internal import Conversations
package import Framing
internal import Speech
package import Store

/// The result of a search as the API and the commands write it.
package enum SearchDocument {
    package static func write(_ page: SearchPage, to json: inout JSONWriter) {
        json.beginObject()
        json.key("hits")
        json.beginArray()
        for hit in page.hits { write(hit, to: &json) }
        json.endArray()
        json.member("next", optional: page.next)
        json.key("words_found")
        if let wordsFound = page.wordsFound { json.value(wordsFound) } else { json.null() }
        json.member("is_capped", page.isCapped)
        json.endObject()
    }

    private static func write(_ hit: SearchHit, to json: inout JSONWriter) {
        json.beginObject()
        json.member("conversation_id", hit.conversation.rawValue)
        json.member("segment_id", hit.segment.rawValue)
        json.member("start", hit.start / .seconds(1), decimals: 3)
        json.member("started_at", hit.started.rfc3339)
        json.member("title", optional: hit.title)
        json.member("snippet", hit.snippet.marked("<mark>", "</mark>", escape: escaped))
        json.member("score", hit.score, decimals: 6)
        json.member("speaker", optional: hit.speaker?.label)
        let person: String? = if case .person(let id) = hit.who { id.rawValue } else { nil }
        json.member("person_id", optional: person)
        let voice: String? = if case .voice(let id) = hit.who { id.rawValue } else { nil }
        json.member("voice_id", optional: voice)
        json.member("is_user", hit.who == .user)
        json.endObject()
    }

    /// Escapes text for HTML, because speech is plain text.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
