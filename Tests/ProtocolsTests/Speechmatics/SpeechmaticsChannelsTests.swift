import Framing
import Protocols
import Speech
import Testing

@Suite struct `Speechmatics' live server, of several channels` {
    private static let config = """
        "diarization":"channel","channel_diarization_labels":["left","right"],"enable_partials":true,
        "conversation_config":{"end_of_utterance_silence_trigger":0.5}
        """

    /// 16-bit samples of one value, as the message that brings them.
    private func audio(_ channel: String, _ samples: Int, of value: UInt8) -> String {
        #"{"message":"AddChannelAudio","channel":"\#(channel)","data":"\#(Base64.encode([UInt8](repeating: value, count: 2 * samples)))"}"#
    }

    private func end(_ channel: String) -> String { #"{"message":"EndOfChannel","channel":"\#(channel)","last_seq_no":1}"# }

    private func commit(_ text: String, channel: Int, _ reason: FinalReason) -> SessionEvent {
        .commit(Commit(channel: ChannelIndex(channel), range: seconds(0, 1), words: words(text), reason: reason, engine: .local))
    }

    @Test func `puts them together as far as all have come, and the rest at the end`() throws {
        var stream = try SpeechmaticsConversation(Self.config)
        #expect(stream.machine.request.format == .raw(.linear16, .speech, channels: 2))
        #expect(stream.machine.request.separateChannels)
        #expect(stream.text(audio("left", 100, of: 1)) == ["added 1 in left"])
        #expect(stream.text(audio("right", 60, of: 2)) == ["→ audio 240", "added 1 in right"])
        #expect(stream.text(audio("right", 60, of: 2)) == ["→ audio 160", "added 2 in right"])
        #expect(stream.text(end("left")) == ["→ audio 80"], "the other channel's rest, with silence beside it")
        #expect(stream.text(audio("left", 1, of: 1)) == ["→ finish"], "its end was said")
        #expect(stream.event(.ended(SessionEnd(received: SampleCount(120)))) == ["error protocol_error", "close 1003 protocol_error"])
    }

    @Test func `ends when all channels have`() throws {
        var stream = try SpeechmaticsConversation(Self.config)
        #expect(stream.text(audio("left", 100, of: 1)) == ["added 1 in left"])
        #expect(stream.text(end("right")) == ["→ audio 400"])
        #expect(stream.text(end("left")) == ["→ finish"])
        #expect(stream.event(commit("Yes.", channel: 0, .endOfAudio)) == ["final 0.0–0.5 “Yes. ” eos in left", "partial 1.0–1.0 - in left"])
        #expect(
            stream.event(.ended(SessionEnd(received: SampleCount(16_000)))) == [
                "end of utterance 1.0 in left", "end of transcript", "close 1000",
            ])
    }

    @Test func `interleaves sample by sample`() throws {
        var stream = try SpeechmaticsConversation(#""diarization":"channel_and_speaker","channel_diarization_labels":["a","b"]"#)
        #expect(stream.machine.request.diarize)
        var output = ServerOutput()
        for (channel, value) in [("a", UInt8(1)), ("b", 2)] {
            stream.machine.receivedText(audio(channel, 2, of: value).utf8.span.bytes, now: stream.now, output: &output)
        }
        #expect(output.actions.contains(.audio([1, 1, 2, 2, 1, 1, 2, 2])))
    }

    @Test func `tells each channel's words by its name`() throws {
        var stream = try SpeechmaticsConversation(Self.config)
        let guess = Hypothesis(channel: ChannelIndex(1), range: seconds(0, 1), words: words("Hello"))
        #expect(stream.event(.interim(guess)) == ["partial 0.0–1.0 “Hello ” in right"])
        #expect(
            stream.event(commit("Good day.", channel: 0, .pause)) == [
                "final 0.0–1.0 “Good day. ” eos in left", "partial 1.0–1.0 - in left", "end of utterance 1.0 in left",
            ])
        #expect(
            stream.event(commit("Hello.", channel: 1, .length)) == ["final 0.0–0.5 “Hello. ” eos in right", "partial 1.0–1.0 - in right"])
        let final = stream.raw.suffix(2).first
        #expect(final?.contains(#""channel":"right","metadata""#) == true)
        #expect(final?.contains(#"{"channel":"right","type":"word""#) == true)
        #expect(stream.text(#"{"message":"ForceEndOfUtterance"}"#) == ["→ finalize"])
        #expect(stream.event(.flushed(.first)) == ["end of utterance 1.0 in left"])
        #expect(stream.event(.flushed(ChannelIndex(1))) == ["end of utterance 1.0 in right"])
    }

    @Test func `ends the utterance of the channel that the client names`() throws {
        var stream = try SpeechmaticsConversation(Self.config)
        #expect(stream.text(#"{"message":"ForceEndOfUtterance","channel":"right"}"#) == ["→ finalize"])
        #expect(
            stream.event(commit("Good", channel: 0, .flush)) == ["final 0.0–0.5 “Good ” in left", "partial 1.0–1.0 - in left"])
        #expect(stream.event(.flushed(ChannelIndex(1))) == ["end of utterance 0.0 in right"])
        #expect(stream.text(#"{"message":"ForceEndOfUtterance","channel":"middle"}"#) == ["→ finish"])
    }

    @Test func `takes no audio but by channels, and none too far ahead`() throws {
        var stream = try SpeechmaticsConversation(Self.config)
        guard case .rejectedInBand(let rejection) = stream.machine.receivedBinary(byteCount: 320, now: stream.now) else {
            return #expect(Bool(false), "binary audio was taken")
        }
        #expect(rejection.code == 1003)
        stream = try SpeechmaticsConversation(Self.config)
        for _ in 0..<60 { #expect(stream.text(audio("left", 16_000, of: 1)).count == 1) }
        #expect(stream.text(audio("left", 16_000, of: 1)) == ["→ finish"])
        #expect(stream.event(.ended(SessionEnd(received: .zero))) == ["added 61 in left", "error buffer_error", "close 1011 buffer_error"])
        stream = try SpeechmaticsConversation(Self.config)
        #expect(stream.text(audio("middle", 160, of: 1)) == ["→ finish"])
    }

    @Test(arguments: [
        #""diarization":"channel""#, #""diarization":"channel","channel_diarization_labels":[]"#,
        #""diarization":"channel","channel_diarization_labels":["a","a"]"#, #""diarization":"channel","channel_diarization_labels":[7]"#,
        #""diarization":"channel","channel_diarization_labels":["1","2","3","4","5","6","7","8","9"]"#, #""diarization":"people""#,
    ])
    func `is rejected without names for its channels`(config: String) throws {
        var client = try Entrance.speechmatics()
        #expect(client.text(SpeechmaticsConversation.start(config)) == nil)
        #expect(client.said == ["error invalid_config", "close 1003 invalid_config"])
    }

    @Test(arguments: ["mulaw", "pcm_f32le"])
    func `fills what is missing with the encoding's silence`(encoding: String) throws {
        var stream = try SpeechmaticsConversation(Self.config)
        var client = try Entrance.speechmatics()
        stream.machine = try client.begin(SpeechmaticsConversation.start(Self.config).replacing("pcm_s16le", with: encoding)).machine
        var output = ServerOutput()
        stream.machine.opened(LiveStart(rate: .speech, model: "m"), now: stream.now, output: &output)
        stream.machine.session(.ready, now: stream.now, output: &output)
        let sample = encoding == "mulaw" ? [7] : [1, 2, 3, 4] as [UInt8]
        for text in [
            #"{"message":"AddChannelAudio","channel":"left","data":"\#(Base64.encode(sample))"}"#, end("right"), end("left"),
        ] { stream.machine.receivedText(text.utf8.span.bytes, now: stream.now, output: &output) }
        #expect(output.actions.contains(.audio(sample + (encoding == "mulaw" ? [0xFF] : [0, 0, 0, 0]))))
    }
}
