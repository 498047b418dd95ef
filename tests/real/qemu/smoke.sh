# What QEMU's block tools do, in an empty directory: said the same whoever has built them.
set -e
qemu-img --version; qemu-nbd --version; qemu-storage-daemon --version
qemu-img --help
qemu-img create -f qcow2 disk.qcow2 64M
qemu-io -c 'write -P 0xab 1M 2M' -c 'read -P 0xab 1M 2M' -c 'read -P 0 8M 1M' disk.qcow2 | grep -v ops
for format in raw vmdk vdi vpc vhdx qed parallels; do
  qemu-img convert -O $format disk.qcow2 disk.$format
  qemu-img compare disk.qcow2 disk.$format
done
qemu-img convert -O qcow2 -c disk.vmdk again.qcow2
qemu-img check again.qcow2
qemu-img map --output=json disk.qcow2
qemu-img snapshot -c one disk.qcow2 && qemu-img snapshot -l disk.qcow2 | wc -l
for url in http://127.0.0.1:1/x iscsi://127.0.0.1:1/x/0 nfs://127.0.0.1/x/y ssh://127.0.0.1:1/x; do
  qemu-img info $url 2>&1 | sed 's/after [0-9]* ms//' || true
done
qemu-nbd --fork -k $PWD/socket -f qcow2 disk.qcow2
qemu-img info --output=json "nbd+unix:///?socket=$PWD/socket" | grep virtual
echo '{"execute":"qmp_capabilities"}{"execute":"query-qmp-schema"}{"execute":"query-named-block-nodes"}{"execute":"quit"}' |
  qemu-storage-daemon --chardev stdio,id=c --monitor c --blockdev driver=file,filename=disk.raw,node-name=f --blockdev driver=raw,file=f,node-name=r |
  sed 's/"timestamp": {[^}]*}//'
