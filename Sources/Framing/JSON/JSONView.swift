import CJansson

/// A view of a value inside a `JSONDocument`, without a copy. A missing value, or one of another type, reads as nil:
/// `document.root["channel"]["alternatives"][0]["transcript"].string`.
package struct JSONView: ~Escapable {
    /// The value; nil when it is missing.
    private let handle: UnsafeMutablePointer<json_t>?

    @_lifetime(immortal)
    init(handle: UnsafeMutablePointer<json_t>?) { self.handle = handle }

    /// True if there is a value, `null` included.
    package var exists: Bool { handle != nil }
    package var isNull: Bool { type == JSON_NULL }
    package var isObject: Bool { type == JSON_OBJECT }
    /// True if the value is a number without point or exponent.
    package var isInteger: Bool { type == JSON_INTEGER }
    package var isArray: Bool { type == JSON_ARRAY }

    /// Number of an object's members or an array's elements; 0 for any other value.
    package var count: Int {
        switch type {
        case JSON_OBJECT: json_object_size(handle)
        case JSON_ARRAY: json_array_size(handle)
        default: 0
        }
    }

    /// The member of an object with this name.
    package subscript(name: String) -> JSONView {
        @_lifetime(copy self)
        get {
            guard type == JSON_OBJECT else { return _overrideLifetime(JSONView(handle: nil), copying: self) }
            return _overrideLifetime(JSONView(handle: json_object_get(handle, name)), copying: self)
        }
    }

    /// The element of an array at this index.
    package subscript(index: Int) -> JSONView {
        @_lifetime(copy self)
        get {
            guard type == JSON_ARRAY, index >= 0 else { return _overrideLifetime(JSONView(handle: nil), copying: self) }
            return _overrideLifetime(JSONView(handle: json_array_get(handle, index)), copying: self)
        }
    }

    package var string: String? {
        guard type == JSON_STRING, let text = json_string_value(handle) else { return nil }
        let bytes = UnsafeRawBufferPointer(start: text, count: json_string_length(handle))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The items of an array of strings; nil when the value is anything else.
    package var strings: [String]? {
        guard isArray else { return nil }
        var strings: [String] = []
        for index in 0..<count {
            guard let text = self[index].string else { return nil }
            strings.append(text)
        }
        return strings
    }

    /// Returns true if the value is exactly this string; costs no allocation.
    package func equals(_ other: StaticString) -> Bool {
        guard type == JSON_STRING, let text = json_string_value(handle), other.hasPointerRepresentation else { return false }
        let bytes = UnsafeRawBufferPointer(start: text, count: json_string_length(handle))
        return bytes.elementsEqual(UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }

    package var bool: Bool? {
        switch type {
        case JSON_TRUE: true
        case JSON_FALSE: false
        default: nil
        }
    }

    /// The number, if it has no fraction: `7` and `7.0`, not `7.5`; nil for any other value.
    package var int: Int? {
        switch type {
        case JSON_INTEGER: Int(json_integer_value(handle))
        case JSON_REAL: Int(exactly: json_real_value(handle))
        default: nil
        }
    }

    /// The number; nil for any other value.
    package var double: Double? {
        switch type {
        case JSON_INTEGER: Double(json_integer_value(handle))
        case JSON_REAL: json_real_value(handle)
        default: nil
        }
    }

    /// Copies of the elements; nil when the value is not an array. To read elements without copies, use `count` and `[index]`.
    package var array: [JSONValue]? {
        guard isArray else { return nil }
        return (0..<count).map { JSONValue(self[$0]) }
    }

    /// Visits the members of an object, in the order in which they came.
    package func forEachMember<Failure: Error>(_ body: (String, JSONView) throws(Failure) -> Void) throws(Failure) {
        guard isObject else { return }
        var position = json_object_iter(handle)
        while let current = position {
            let name = UnsafeRawBufferPointer(start: json_object_iter_key(current), count: json_object_iter_key_len(current))
            try body(String(decoding: name, as: UTF8.self), JSONView(handle: json_object_iter_value(current)))
            position = json_object_iter_next(handle, current)
        }
    }

    private var type: json_type? { handle?.pointee.type }
}
