import Glibc

/// One parser each, by the name that `HARKEN_FUZZ_TARGET` chooses.
///
/// A target finds a fault by trapping: in the parser itself, or in a `precondition` about what it says.
private let targets: [String: @Sendable (RawSpan) -> Void] = [
    "assemblyai-client-message": fuzzAssemblyAIClientMessage,
    "assemblyai-live-client": fuzzAssemblyAILiveClient,
    "assemblyai-prerecorded": fuzzAssemblyAIPrerecorded,
    "assemblyai-prerecorded-client": fuzzAssemblyAIPrerecordedClient,
    "assemblyai-server-message": fuzzAssemblyAIServerMessage,
    "deepgram-client-message": fuzzDeepgramClientMessage,
    "deepgram-live-client": fuzzDeepgramLiveClient,
    "deepgram-prerecorded": fuzzDeepgramPrerecorded,
    "deepgram-prerecorded-client": fuzzDeepgramPrerecordedClient,
    "deepgram-server-message": fuzzDeepgramServerMessage,
    "deflate": fuzzDeflate,
    "http-request": fuzzHTTPRequest,
    "http-response": fuzzHTTPResponse,
    "json": fuzzJSON,
    "json-reader": fuzzJSONReader,
    "json-string": fuzzJSONString,
    "kept-opus": fuzzKeptOpus,
    "listen-client": fuzzListenClient,
    "listen-client-message": fuzzListenClientMessage,
    "listen-server": fuzzListenServer,
    "live-audio": fuzzLiveAudio,
    "live-dialects": fuzzLiveDialects,
    "media-file": fuzzMediaFile,
    "multipart": fuzzMultipart,
    "openai-fields": fuzzOpenAIFields,
    "openai-live-client": fuzzOpenAILiveClient,
    "openai-prerecorded-client": fuzzOpenAIPrerecordedClient,
    "soniox-live-client": fuzzSonioxLiveClient,
    "soniox-prerecorded-client": fuzzSonioxPrerecordedClient,
    "speechmatics-agent-client": fuzzSpeechmaticsAgentClient,
    "speechmatics-live-client": fuzzSpeechmaticsLiveClient,
    "speechmatics-prerecorded-client": fuzzSpeechmaticsPrerecordedClient,
    "tar": fuzzTar,
    "time-zone": fuzzTimeZone,
    "url": fuzzURL,
    "websocket": fuzzWebSocket,
    "websocket-handshake": fuzzHandshake,
]

private let target: @Sendable (RawSpan) -> Void = {
    guard let name = getenv("HARKEN_FUZZ_TARGET").map({ String(cString: $0) }), let target = targets[name] else {
        print(targets.keys.sorted().joined(separator: "\n"))
        fflush(nil)
        _exit(2)  // libFuzzer takes exit() for a finding
    }
    return target
}()

/// Called by libFuzzer, whose `main` this executable has.
@_cdecl("LLVMFuzzerTestOneInput")
func test(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    target(UnsafeRawBufferPointer(start: data, count: size).bytes)
    return 0
}
