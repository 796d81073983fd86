import Audio
import Glibc
import LocalEngine
import Speech

/// What the work on a stream's audio costs on a core of its own, without any gateway around it.
enum Parts {
    /// As JSON: percent of a core for one stream.
    static func measure(_ track: Track) throws -> String {
        var environment: [String: String] = [:]
        for name in ["HARKEN_MODELS", "HARKEN_CACHE", "XDG_CACHE_HOME", "HOME"] {
            if let value = getenv(name) { environment[name] = String(cString: value) }
        }
        let folder = ModelFolder(environment: environment)
        let runtime = try InferenceRuntime(path: folder.path(of: .runtime))
        let model = try VoiceActivity(runtime, path: folder.path(of: .voiceActivity))
        let seconds = Double(track.pcm.count) / Double(SampleRate.speech.hertz)

        var decoder = try OpusStream()
        var decoded: [UInt8] = []
        let opus = cpu {
            for packet in track.packets {
                decoded.removeAll(keepingCapacity: true)
                decoder.append(packet.span.bytes, to: &decoded)
            }
        }
        var voices = SpeechProbabilities(model)
        var windows = 0
        let started = cpuSeconds()
        // In pieces as packets bring them.
        for start in stride(from: 0, to: track.pcm.count, by: 320) {
            let piece = Array(track.pcm[start..<min(start + 320, track.pcm.count)])
            try voices.append(piece.span) { _, _ in windows += 1 }
        }
        let voice = cpuSeconds() - started
        func percent(_ used: Double) -> String { "\((used / seconds * 100_000).rounded() / 1_000)" }
        return """
            {"seconds":\(seconds),"speech_share":\(track.speechShare),"opus_percent":\(percent(opus)),"vad_percent":\(percent(voice)),\
            "windows":\(windows)}
            """
    }

    private static func cpu(_ body: () -> Void) -> Double {
        let start = cpuSeconds()
        body()
        return cpuSeconds() - start
    }

    private static func cpuSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
