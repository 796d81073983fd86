internal import Framing

extension APIRequest {
    /// Reads a member of the body that is a list as an assignment has answered it; nil when the body does not have it.
    ///
    /// - Parameter read: reads an element of the list; returns nil for a value that no assignment answers.
    func former<Element>(_ name: String, _ read: (JSONValue) -> Element?) throws(APIError) -> [Element]? {
        let unreadable = APIError.badRequest("\"\(name)\" must be a list as an assignment has answered it.")
        switch body?[name] {
        case nil, .null: return nil
        case .array(let list):
            var elements: [Element] = []
            for json in list {
                guard let element = read(json) else { throw unreadable }
                elements.append(element)
            }
            return elements
        case .some: throw unreadable
        }
    }
}
