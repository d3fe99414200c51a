#pragma once
#include "Arduino.h"
#include "WiFiClientSecure.h"

class PubSubClient {
  bool open = false;

 public:
  explicit PubSubClient(Client &) {}
  PubSubClient &setServer(const char *host, uint16_t port) {
    std::printf("server: %s %u\n", host, unsigned(port));
    return *this;
  }
  bool connect(const char *id) {
    std::printf("connect: %s\n", id);
    return open = true;
  }
  bool connected() { return open; }
  int state() { return 0; }
  bool loop() { return open; }
  bool publish(const char *topic, const char *payload) {
    std::printf("publish: %s %s\n", topic, payload);
    return open;
  }
};
