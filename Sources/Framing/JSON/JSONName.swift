/// A member's name as written in the text that a `JSONReader` reads. A name with escapes is unequal to every string.
///
/// `public`, because the compiler puts the code of such functions into other targets, and the code of `package` functions not: a reader of an object
/// compares each name with a list of names of known lengths, which is then a comparison of two numbers for most of them.
public struct JSONName {
    @usableFromInline let bytes: UnsafeRawBufferPointer

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    @inlinable @inline(__always) public static func == (name: JSONName, other: StaticString) -> Bool {
        guard name.bytes.count == other.utf8CodeUnitCount, other.hasPointerRepresentation else { return false }
        for index in 0..<name.bytes.count where name.bytes[index] != other.utf8Start[index] { return false }
        return true
    }

    @inlinable @inline(__always) public static func ~= (pattern: StaticString, name: JSONName) -> Bool { name == pattern }
}
