internal import Framing
internal import Net
internal import Protocols
internal import Speech
internal import Store

/// `POST /v1/listen`: a recording in, one JSON answer out, at once or to a callback.
struct DeepgramPrerecordedEndpoint: Endpoint {
    static let voice = RefusalVoice { cause, context in DeepgramRefusal.make(cause, requestID: context.requestID) }
    /// Bytes of a recording.
    private static let limit = 2_000_000_000

    func handle(_ exchange: HTTPExchange, _ call: Call) {
        let gateway = call.gateway
        let handshake = gateway.handshake(call)
        let head = exchange.request
        do throws(RefusalCause) {
            let credential = DeepgramCredential.find(in: head)
            let admission = try gateway.access.admit(head, credential: credential, peer: exchange.peer)
            let payer = try gateway.payer(admission, for: .transcribe)
            switch DeepgramPrerecordedRequest.parse(head, handshake) {
            case .failure(let refusal): gateway.refuse(exchange, refusal, call)
            case .success(let request):
                let engines = try gateway.router.engines(for: .prerecorded, named: request.engines, language: request.options.language)
                let job = RecordingJob(gateway: gateway, id: call.id, engines: engines, options: request.options, payer: payer)
                let caller = CallbackCaller(admission, credential)
                let task = Task { await run(request, job, handshake, caller, exchange, call) }
                if request.callback == nil { exchange.onAbort = { task.cancel() } }
            }
        } catch {
            gateway.refuse(exchange, error, Self.voice, call)
        }
    }

    private func run(
        _ request: DeepgramPrerecordedRequest, _ job: RecordingJob, _ handshake: HandshakeContext, _ caller: CallbackCaller,
        _ exchange: HTTPExchange, _ call: Call
    ) async {
        let gateway = call.gateway
        let headers = DeepgramPrerecordedAnswer.headers(requestID: call.id)
        do throws(RefusalCause) {
            let file: SpooledFile
            if request.isRemote {
                let body = try await exchange.smallBody(limit: 1 << 16)
                switch DeepgramPrerecordedRequest.remoteAddress(in: body, handshake) {
                case .failure(let refusal):
                    exchange.loop.execute { gateway.refuse(exchange, refusal, call) }
                    return
                case .success(let url): file = try await RemoteRecording(gateway: gateway).fetch(url, id: call.id, limit: Self.limit)
                }
            } else {
                file = try await exchange.spoolBody(to: gateway.spool, id: call.id, limit: Self.limit)
            }
            if let callback = request.callback {
                let accepted = DeepgramPrerecordedAnswer.accepted(requestID: call.id)
                exchange.loop.execute { gateway.answer(exchange, HTTPResponseHead(.ok, headers: headers), accepted, call: call) }
                await deliver(file, request, job, handshake, callback, caller)
                return
            }
            let transcript = try await job.run(Recording(path: file.path, format: request.format))
            let body = DeepgramPrerecordedAnswer.body(
                transcript, for: request, requestID: call.id, sha256: file.digest, created: handshake.now)
            exchange.loop.execute { gateway.answer(exchange, HTTPResponseHead(.ok, headers: headers), body, call: call) }
        } catch {
            exchange.loop.execute { gateway.refuse(exchange, error, Self.voice, call) }
        }
    }

    /// Recognises, and sends the result, or what went wrong, to the caller's address.
    private func deliver(
        _ file: SpooledFile, _ request: DeepgramPrerecordedRequest, _ job: RecordingJob, _ handshake: HandshakeContext,
        _ callback: DeepgramPrerecordedRequest.Callback, _ caller: CallbackCaller
    ) async {
        let body: [UInt8]
        do throws(RefusalCause) {
            let transcript = try await job.run(Recording(path: file.path, format: request.format))
            body = DeepgramPrerecordedAnswer.body(
                transcript, for: request, requestID: job.id, sha256: file.digest, created: handshake.now)
        } catch {
            body = DeepgramRefusal.make(error, requestID: job.id).body
        }
        var headers = HTTPHeaders()
        // The key's name, not the key.
        if let keyID = caller.keyID { headers.add("dg-token", keyID) }
        let message = Callback(address: callback.address, method: callback.method, headers: headers, body: body)
        _ = await CallbackDelivery(gateway: job.gateway).send(message, signingKey: caller.signingKey, request: job.id)
    }

    /// Who is to be told by a callback.
    private struct CallbackCaller: Sendable {
        var keyID: String?
        var signingKey: [UInt8]?

        init(_ admission: Access.Admission, _ credential: Credential?) {
            if case .key(let grant) = admission { keyID = grant.key.rawValue }
            signingKey = credential.map { CallbackSignature.key(of: $0.secret) }
        }
    }
}
