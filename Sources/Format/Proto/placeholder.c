int zoo_proto_placeholder;
