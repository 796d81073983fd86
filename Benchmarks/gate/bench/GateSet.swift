/// Recordings that are counted together.
struct GateSet {
    static let clean = "clean speech"

    var name: String
    var clips: [Clip]
    /// Nobody speaks in them.
    var isNoise = false
    /// Clips that begin and end with speech have a quiet room put around them, as the gate hears speech in a day.
    var addsQuiet = false

    static func all(_ clips: [Clip]) -> [GateSet] {
        let marked = clips.filter { $0.kind == "vad" && ($0.segments ?? []).count > 1 && $0.note?.contains("segment edges") == true }
        return [
            GateSet(
                name: clean, clips: clips.filter { $0.kind == "asr" && $0.language == "en" && $0.longform != true && $0.text?.isEmpty == false },
                addsQuiet: true),
            GateSet(
                name: "other languages", clips: clips.filter { $0.kind == "asr" && $0.language != "en" && $0.text?.isEmpty == false }, addsQuiet: true
            ),
            GateSet(name: "clean, with pauses", clips: marked.filter { $0.snr_db == nil }),
            GateSet(name: "office, 15 dB", clips: marked.filter { $0.snr_db == 15 }),
            GateSet(name: "noise, 5 dB", clips: marked.filter { $0.snr_db == 5 }),
            GateSet(name: "conversations", clips: clips.filter { $0.composed == true }),
            GateSet(name: "noise", clips: clips.filter { $0.kind == "noise" && $0.text == "" }, isNoise: true),
        ]
    }
}
