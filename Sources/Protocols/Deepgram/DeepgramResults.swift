package import Framing

/// A piece of a channel's transcript on the live socket.
///
/// Source: Deepgram "Live Audio" reference, message `Results`.
package struct DeepgramResults: Sendable, Equatable {
    package var channel: Int
    package var channels: Int
    /// Start of the window that the message covers, in seconds since the first sample.
    package var start: Double
    package var duration: Double
    package var isFinal: Bool
    /// True if the speaker finished speaking here.
    package var speechFinal: Bool
    /// True if the message answers a `Finalize`.
    package var fromFinalize: Bool
    package var alternative: DeepgramAlternative

    package init(
        channel: Int = 0, channels: Int = 1, start: Double, duration: Double, isFinal: Bool, speechFinal: Bool = false, fromFinalize: Bool = false,
        alternative: DeepgramAlternative = DeepgramAlternative()
    ) {
        self.channel = channel
        self.channels = channels
        self.start = start
        self.duration = duration
        self.isFinal = isFinal
        self.speechFinal = speechFinal
        self.fromFinalize = fromFinalize
        self.alternative = alternative
    }

    /// - Parameter metadata: the encoded value of the member `metadata`; the same in all messages of a stream.
    package func write(to json: inout JSONWriter, metadata: [UInt8]) {
        json.beginObject()
        json.member("type", literal: "Results")
        json.key("channel_index")
        json.beginArray()
        json.value(channel)
        json.value(channels)
        json.endArray()
        json.member("duration", duration, decimals: DeepgramWord.timeDecimals)
        json.member("start", start, decimals: DeepgramWord.timeDecimals)
        json.member("is_final", isFinal)
        json.member("speech_final", speechFinal)
        json.member("from_finalize", fromFinalize)
        json.key("channel")
        json.beginObject()
        json.key("alternatives")
        json.beginArray()
        alternative.write(to: &json)
        json.endArray()
        json.endObject()
        json.key("metadata")
        json.value(raw: metadata)
        json.endObject()
    }
}
