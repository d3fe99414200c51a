#pragma once
#include "Arduino.h"

struct Client {};

struct WiFiClientSecure : Client {
  void setCACert(const char *pem) { std::printf("authority: %s", pem); }
  void setCertificate(const char *pem) { std::printf("certificate: %s", pem); }
  void setPrivateKey(const char *pem) { std::printf("key: %s", pem); }
};
