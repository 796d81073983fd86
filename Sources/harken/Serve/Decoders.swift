import Audio
import Decoding
import Gateway
import Net
import Observability

/// The decoders of the recordings that a gateway is sent: processes of this program that can do nothing else.
enum Decoders {
    /// More recordings at once wait for their turn. A process is held for as long as its recording is recognised, so that this is more than there
    /// are processors: one that waits costs memory only.
    private static let maxCount = 16

    static func make(_ configuration: GatewayConfiguration, _ metrics: Metrics, _ log: Log) throws(SystemError) -> any MediaSource {
        let workers = try DecodeWorkers(.init(maxWorkers: max(Processors.count + 2, maxCount))) { event in
            switch event {
            case .started: metrics.decoderStarted()
            case .lost(let loss, let end):
                metrics.decoderLost(loss.rawValue)
                log.warning("a recording's decoder was lost", [.reason: loss.rawValue, .status: end])
            case .unconfined:
                log.warning("decoders are not confined", [.reason: "this system has no seccomp filter; they keep their limits of memory and time"])
            }
        }
        guard let longest = configuration.recordingLength else { return workers }
        return BoundedMedia(workers, longest: longest)
    }
}
