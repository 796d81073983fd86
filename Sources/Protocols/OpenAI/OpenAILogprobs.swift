import Framing
import Speech

/// Writes the member `logprobs`. Each entry is a word instead of a token, because engines give the confidence of words.
enum OpenAILogprobs {
    static func write(_ words: ArraySlice<Word>, _ json: inout JSONWriter) {
        json.key("logprobs")
        json.beginArray()
        for word in words {
            json.beginObject()
            json.member("token", word.text)
            json.member("logprob", naturalLogarithm(Double(min(max(word.confidence, 1e-6), 1))), decimals: 6)
            json.key("bytes")
            json.beginArray()
            for byte in word.text.utf8 { json.value(Int(byte)) }
            json.endArray()
            json.endObject()
        }
        json.endArray()
    }
}
