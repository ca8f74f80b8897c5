/// A file descriptor that closes itself.
struct Descriptor: ~Copyable {
    let number: CInt

    init(owning number: CInt) {
        self.number = number
    }

    deinit {
        SystemCall.close(number)
    }
}
