import Framing
import Protocols
import Speech
import Testing

/// A client of the server without sockets, its configuration first: what is told to the machine, and what it says to that, in short words.
struct SonioxConversation: ServerConversation {
    var machine: any LiveServerMachine
    var now = Instant.now
    var raw: [String] = []

    static let configuration =
        #"{"model":"stt-rt-v4","audio_format":"pcm_s16le","sample_rate":16000,"num_channels":1,"enable_endpoint_detection":true}"#

    init(_ configuration: String = configuration, rate: SampleRate = .speech) throws {
        var opening = Entrance.soniox()
        machine = try opening.begin(configuration).machine
        _ = run { $0.opened(LiveStart(rate: rate, model: "moonshine-base-en"), now: $1, output: &$2) }
    }

    /// Final tokens, a bar, the others; then the counters.
    static func short(_ message: [UInt8]) -> String {
        switch SonioxMessage(parsing: message.span.bytes) {
        case .error(let fault): return "error \(fault.code) \(fault.message)"
        case .malformed(let problem): return "malformed \(problem)"
        case .update(let update):
            let final = update.tokens.filter(\.isFinal).map(\.text).joined(separator: "·")
            let tentative = update.tokens.filter { !$0.isFinal }.map(\.text).joined(separator: "·")
            return "\(final)|\(tentative) \(update.finalThrough)/\(update.totalThrough)" + (update.isFinished ? " finished" : "")
        }
    }
}

extension Entrance {
    static func soniox(_ headers: HTTPHeaders = [:]) -> Entrance {
        var head = HTTPRequestHead.soniox
        head.headers.append(headers)
        return Entrance(SonioxLiveServer.accept(head, LiveConversation.context), SonioxConversation.short)
    }
}

extension HTTPRequestHead {
    static var soniox: HTTPRequestHead {
        guard let head = try? HTTPRequestHead(.get, "/transcribe-websocket") else { preconditionFailure("not a head") }
        return head
    }
}
