import RecordingAssembly
import Speech
import Testing

@Suite struct `The name of an offline file` {
    @Test(
        arguments: [
            ("audio_omi_opus_16000_1_fs160_1710000000.bin", AudioFormat.raw(.opus, SampleRate(hertz: 16_000), channels: 1), 1_710_000_000_000),
            ("audio_omi_opus_fs320_16000_1_1710000000123.bin", .raw(.opus, SampleRate(hertz: 16_000), channels: 1), 1_710_000_000_123),
            ("folder/audio_phone_pcm8_8000_1_fs160_1710000000.bin", .raw(.unsigned8, SampleRate(hertz: 8_000), channels: 1), 1_710_000_000_000),
            ("AUDIO_PCM16_16000_1710000000.BIN", .raw(.linear16, SampleRate(hertz: 16_000), channels: 1), 1_710_000_000_000),
            ("x_pcm16_16000_.bin", .raw(.linear16, SampleRate(hertz: 16_000), channels: 1), nil),
            ("meeting.m4a", nil, nil), ("opus_1710000000.ogg", nil, 1_710_000_000_000), ("note_123456789.wav", nil, nil),
            ("REC_20260131120000.wav", nil, nil),
            ("REC_202601311200.wav", nil, nil),
        ] as [(String, AudioFormat?, Int64?)]) func `says how it is coded and when it began`(name: String, frames: AudioFormat?, started: Int64?)
        throws
    {
        let file = try #require(OfflineFile(name: name))
        #expect(file.frames == frames)
        #expect(file.started?.milliseconds == started)
    }

    @Test(arguments: ["audio_1710000000.bin", "", "audio_aac_16000_1710000000.bin"]) func `may say too little`(name: String) {
        #expect(OfflineFile(name: name) == nil)
    }
}
