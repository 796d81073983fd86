import Framing
import Speech

/// One of Deepgram's services for live audio.
enum DeepgramStreamService: Sendable, Equatable {
    /// `/v2/listen`: a model ends turns.
    case flux
    /// `/v1/listen`: silence ends turns.
    case listen

    /// A change of an open stream's settings.
    enum Change: Equatable {
        /// Only a new stream can have the settings.
        case impossible
        /// The vendor's `Configure`, as the bytes of one text message.
        case message([UInt8])
        /// The vendor has the settings already.
        case nothing
    }

    /// Chooses the service for a stream with these options.
    init(for options: StreamOptions) { self = DeepgramFluxClient.suits(options) ? .flux : .listen }

    /// Returns the query of the handshake.
    func query(_ options: StreamOptions) -> URLQuery {
        switch self {
        case .flux: DeepgramFluxClient.query(options)
        case .listen: DeepgramLiveClient.query(options)
        }
    }

    /// Returns the features of a stream that the vendor bills apart.
    func billed(_ options: StreamOptions) -> Set<BilledFeature> { BilledFeature.sent(toDeepgram: query(options)) }

    /// Returns the change that gives an open stream other options.
    func change(from old: StreamOptions, to new: StreamOptions) -> Change {
        let before = query(old), after = query(new)
        switch self {
        case .flux:
            guard let change = DeepgramFluxChange(before, to: after) else { return .impossible }
            return change == DeepgramFluxChange() ? .nothing : .message(DeepgramFluxClientMessage.configure(change).text)
        case .listen:
            guard let message = DeepgramClientMessage.changing(before, to: after) else { return .impossible }
            return message == .configure(keyterms: nil, numerals: nil) ? .nothing : .message(message.text)
        }
    }

    /// Returns true if `Configure` gives an open stream the new options, which depends on its service and model; false: only a new stream can have them.
    static func takesChange(from old: StreamOptions, to new: StreamOptions) -> Bool {
        let service = DeepgramStreamService(for: old)
        return service == DeepgramStreamService(for: new) && service.change(from: old, to: new) != .impossible
    }
}
