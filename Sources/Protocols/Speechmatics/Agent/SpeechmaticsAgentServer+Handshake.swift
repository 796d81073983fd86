package import Framing
import Speech

extension SpeechmaticsAgentServer {
    package static let dialect = LiveDialect(
        name: "speechmatics-agent", paths: ["/v2/agent", "/v2/agent/"], credential: { SpeechmaticsLiveServer.credential(in: $0) },
        accept: { accept($0, $1) }, errorResponse: { error, _ in SpeechmaticsLiveServer.errorResponse(error) })

    /// Accepts the handshake: all options come in messages.
    ///
    /// Source: speechmatics/docs, `spec/agent-stt.yaml`, September 2026: `wss://…/v2/agent`. `sm-app` and `sm-sdk` in the query name the program.
    package static func accept(_ head: HTTPRequestHead, _ context: HandshakeContext) -> Result<LiveHandshake, ErrorResponse> {
        let opening = SpeechmaticsOpening(
            .agent, sessionID: context.requestID, language: nil, engines: EngineChoice.engines(of: head), models: context.models)
        return .success(LiveHandshake(.opening(opening)))
    }

    /// The answer at `/v2/agent/PROFILE`, the paths of the service's preview, in whose place `turn_config` has come. Source: speechmatics/docs, "Turn
    /// detection profiles", until September 2026.
    static let profilesAreOver =
        "The profiles of the preview are not offered. Agent STT is at /v2/agent; turn_config of StartRecognition says who ends turns."
}
