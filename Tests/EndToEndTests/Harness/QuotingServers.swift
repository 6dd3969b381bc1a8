extension SecretWorld {
  /// Servers of many protocols, in Python, each of which refuses and quotes what it was sent, as some do. Their ports are
  /// the first thing that they print.
  static let quotingServers = #"""
    import asyncio, json, sys

    def shown(data):
        return "".join(chr(b) if 32 <= b < 127 else "." for b in data)

    async def http(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        body = await reader.readexactly(int(length[0].split(b":")[1])) if length else b""
        path = head.split(b" ")[1].decode()
        # What is sent most often stands first, because answers are quoted from their beginning.
        login = [l for l in head.decode().split("\r\n")[1:] if l.lower().split(":")[0] in LOGIN]
        said = " ".join(login) + " " + shown(body)
        status, kind, answer, more = "403 you sent " + said[:150], "text/plain", said, ""
        if "/json" in path: status, kind, answer = "200 OK", "application/json", json.dumps({"seen": said})
        if path == "/metrics": status, answer = "200 OK", "a " + login[-1].split()[-1] + "\n"
        if path == "/token": status, answer = "200 OK", json.dumps({"access_token": login[-1].split()[-1]})
        if path == "/away": status, more = "302 Found", "Location: gopher://127.0.0.1/" + shown(head + body).replace(" ", "+") + "\r\n"
        writer.write(f"HTTP/1.1 {status}\r\n{more}Content-Type: {kind}\r\nContent-Length: {len(answer)}\r\nConnection: close\r\n\r\n{answer}".encode())

    LOGIN = ("authorization", "proxy-authorization", "x-token", "cookie")

    def lines(greeting, answer):
        async def talk(reader, writer):
            writer.write(greeting)
            while line := await reader.readline():
                writer.write(answer(line))
                await writer.drain()
        return talk

    def smtp(line):
        if line[:4].upper() == b"EHLO": return b"250-here\r\n250 AUTH PLAIN LOGIN\r\n"
        return b"535 5.7.8 you said " + line

    def ftp(line): return b"331 and now\r\n" if line.startswith(b"USER") else b"530 you said " + line

    def pop3(line): return b"+OK\r\n" if line.startswith((b"USER", b"CAPA")) else b"-ERR you said " + line

    def imap(line):
        tag, rest = line.split(b" ", 1)
        if rest.startswith(b"CAPABILITY"): return b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK\r\n"
        return tag + b" NO you said " + rest

    async def redis(reader, writer):
        said = await reader.read(4096)
        writer.write(b"-ERR you said " + shown(said).encode() + b"\r\n")

    async def ldap(reader, writer):
        said = shown(await reader.read(4096)).encode()[:100]
        result = b"\x0a\x01\x31\x04\x00\x04" + bytes([len(said)]) + said
        writer.write(b"\x30" + bytes([len(result) + 5]) + b"\x02\x01\x01\x61" + bytes([len(result)]) + result)

    async def postgresql(reader, writer):
        await reader.read(4096)
        writer.write(b"R\x00\x00\x00\x08\x00\x00\x00\x03")
        said = shown((await reader.read(4096))[5:]).encode()
        error = b"SFATAL\x00C28P01\x00Myou said " + said + b"\x00\x00"
        writer.write(b"E" + (len(error) + 4).to_bytes(4, "big") + error)

    async def mysql(reader, writer):
        greeting = (b"\x0a8.0.0\x00\x01\x00\x00\x0012345678\x00\xff\xf7\x21\x02\x00\xff\x81\x15" + bytes(10)
                    + b"123456789012\x00mysql_native_password\x00")
        writer.write(len(greeting).to_bytes(3, "little") + b"\x00" + greeting)
        said = (await reader.read(4096))[4:]
        error = b"\xff\x15\x04#28000you said " + shown(said).encode() + said.hex().encode()
        writer.write(len(error).to_bytes(3, "little") + b"\x02" + error)

    class Echo(asyncio.DatagramProtocol):
        def connection_made(self, transport): self.transport = transport
        def datagram_received(self, data, sender): self.transport.sendto(data, sender)

    def closing(talk):
        async def serve(reader, writer):
            try:
                await talk(reader, writer)
                await writer.drain()
            except Exception as problem:
                print(talk, problem, flush=True)
            finally:
                writer.close()
        return serve

    async def main():
        ports = {}
        servers = []
        for name, talk in {
            "http": http, "redis": redis, "ldap": ldap, "postgresql": postgresql, "mysql": mysql,
            "smtp": lines(b"220 here\r\n", smtp), "ftp": lines(b"220 here\r\n", ftp),
            "pop3": lines(b"+OK here\r\n", pop3), "imap": lines(b"* OK here\r\n", imap),
        }.items():
            server = await asyncio.start_server(closing(talk), "127.0.0.1", 0)
            servers.append(server)
            ports[name] = server.sockets[0].getsockname()[1]
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
        ports["udp"] = transport.get_extra_info("sockname")[1]
        print(json.dumps(ports), flush=True)
        await asyncio.Event().wait()

    asyncio.run(main())
    """#
}
