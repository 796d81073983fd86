/// The two versions that are spoken here.
package enum HTTPVersion: Sendable, Equatable {
    case http10, http11
}
