import Framing

/// A protocol of the bench: what its clients ask for, and how its vendor answers.
enum Dialect {
    case deepgram
    case assemblyAI

    /// By the path that its clients connect to.
    init(path: some StringProtocol) { self = path.contains("/v3/ws") ? .assemblyAI : .deepgram }

    /// The vendor's answer in words of the engine's, about as long as the vendor's are.
    ///
    /// - Parameters:
    ///   - isAsked: it is final because the client has asked for that.
    ///   - turn: counted from 0; every final ends one.
    ///   - word: the only one.
    ///   - seconds: from the turn's start to the last audio heard.
    func answer(isFinal: Bool, isAsked: Bool, turn: Int, word: String, seconds: Range<Double>) -> String {
        let start = seconds.lowerBound, end = seconds.upperBound
        switch self {
        case .deepgram:
            return """
                {"type":"Results","channel_index":[0,1],"duration":\(end - start),"start":\(start),"is_final":\(isFinal),"speech_final":\(isFinal),\
                "from_finalize":\(isAsked),"channel":{"alternatives":[{"transcript":"\(word)","confidence":0.98,"words":[{"word":"\(word)","start":\(start),\
                "end":\(end),"confidence":0.98,"punctuated_word":"\(word)"}]}]},"metadata":{"request_id":"0d2f6a4e-0000-4000-8000-000000000000",\
                "model_info":{"name":"general-nova-3","version":"2026-01-01.0","arch":"nova-3"},"model_uuid":"1d2f6a4e-0000-4000-8000-000000000000"}}
                """
        case .assemblyAI:
            let utterance = isFinal ? word : ""
            return """
                {"turn_order":\(turn),"turn_is_formatted":\(isFinal),"end_of_turn":\(isFinal),"transcript":"\(word)","end_of_turn_confidence":0.98,\
                "words":[{"start":\(Int(start * 1_000)),"end":\(Int(end * 1_000)),"text":"\(word)","confidence":0.98,"word_is_final":\(isFinal)}],\
                "utterance":"\(utterance)","language_code":"en","language_confidence":0.98,"type":"Turn"}
                """
        }
    }

    /// What the vendor says as soon as the stream is open.
    var greeting: String? {
        switch self {
        case .deepgram: nil
        case .assemblyAI: #"{"type":"Begin","id":"0d2f6a4e-0000-4000-8000-000000000000","expires_at":4102444800}"#
        }
    }

    /// The vendor's last word after the client's, which `isFarewell` knows.
    var farewell: String {
        switch self {
        case .deepgram:
            #"{"type":"Metadata","request_id":"r","sha256":"incomplete","created":"2026-01-01T00:00:00.000Z","duration":0,"channels":1}"#
        case .assemblyAI: #"{"type":"Termination","audio_duration_seconds":0,"session_duration_seconds":0}"#
        }
    }

    func isFlush(_ text: String) -> Bool {
        switch self {
        case .deepgram: text.contains("Finalize")
        case .assemblyAI: text.contains("ForceEndpoint")
        }
    }

    func isFarewell(_ text: String) -> Bool {
        switch self {
        case .deepgram: text.contains("CloseStream")
        case .assemblyAI: text.contains("Terminate")
        }
    }

    var credentials: HTTPHeaders {
        switch self {
        case .deepgram: ["Authorization": "Token bench"]
        case .assemblyAI: ["Authorization": "bench"]
        }
    }
}
