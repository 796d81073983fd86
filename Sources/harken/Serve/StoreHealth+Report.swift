import Observability
import Store

extension StoreHealth {
    /// Tells the operator of the store's failures from now on: the log says why and what to do, and a metric counts.
    func report(to log: Log, _ metrics: Metrics) {
        tell { report in
            switch report {
            case .fails(let error, let count):
                metrics.storeBroke(error.cause ?? "failed")
                log.error("the store cannot be used", [.error: "\(error)", .count: "\(count)"])
            case .works(let count):
                log.info("the store can be used again", [.count: "\(count)"])
            }
        }
    }
}
